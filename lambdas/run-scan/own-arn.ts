/** The part of a function's context that says what runs. */
type Running = { invokedFunctionArn: string; functionVersion: string }

/** `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER` */
const PARTS_WITH_QUALIFIER = 8

/**
 * The ARN of the version that runs: what a scan sends to itself has to be read by the same code, also where it was
 * invoked by an alias that has moved on since. An ARN without a qualifier stays as it is.
 */
export const ownArn = ({ invokedFunctionArn, functionVersion }: Running): string => {
  const parts = invokedFunctionArn.split(':')
  if (parts.length !== PARTS_WITH_QUALIFIER) return invokedFunctionArn
  return [...parts.slice(0, -1), functionVersion].join(':')
}
