import { accessKeyOf, HOME_ACCOUNT } from './caller.ts'

/** The region that the scanner itself runs in. */
export const HOME_REGION = 'eu-central-1'

/** Keys of the embedded account: no service behind it checks them, and AWS knows none of them. */
export const localCredentials = { accessKeyId: accessKeyOf(HOME_ACCOUNT), secretAccessKey: 'local' }
