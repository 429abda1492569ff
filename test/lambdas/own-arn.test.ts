import { expect, test } from 'vitest'
import { ownArn } from '../../lambdas/run-scan/own-arn.ts'

const NAME = 'arn:aws:lambda:eu-west-1:111122223333:function:fleet-scanner-run-scan'

test.each([
  [`${NAME}:live`, '7', `${NAME}:7`],
  [`${NAME}:7`, '7', `${NAME}:7`],
  [NAME, '$LATEST', NAME],
])(
  'a scan that was started as %s and runs version %s goes on as %s',
  (invokedFunctionArn, functionVersion, own) => {
    expect(ownArn({ invokedFunctionArn, functionVersion })).toBe(own)
  },
)
