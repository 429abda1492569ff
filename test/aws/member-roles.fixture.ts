import { memberRoles } from '../../shared/config/role-arn.ts'

/** The member roles of an account by their usual name. */
export const ROLES = memberRoles({ account: '111122223333', region: 'eu-west-1', role: 'member' })
