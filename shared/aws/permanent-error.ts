/** What trying again cannot mend: rights, a wrong name, a wrong request. Names as EC2, Systems Manager and STS give them. */
const PERMANENT = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'CredentialsProviderError',
  'InvalidClientTokenId',
  'InvalidDocument',
  'InvalidInstanceId',
  'InvalidParameters',
  'InvalidParameterValue',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
  'ValidationError',
  'ValidationException',
])

export const isPermanent = (error: unknown): boolean => error instanceof Error && PERMANENT.has(error.name)
