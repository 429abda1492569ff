/** What trying again cannot mend: rights, a wrong name, a wrong request. Names as EC2, Systems Manager, STS, Organizations and SNS give them. */
const PERMANENT = new Set([
  'AWSOrganizationsNotInUseException',
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'AuthorizationErrorException',
  'CredentialsProviderError',
  'InvalidClientTokenId',
  'InvalidDocument',
  'InvalidDocumentVersion',
  'InvalidInputException',
  'InvalidInstanceId',
  'InvalidParameterException',
  'InvalidParameters',
  'InvalidParameterValue',
  'ParentNotFoundException',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
  'ValidationError',
  'ValidationException',
])

export const isPermanent = (error: unknown): boolean => error instanceof Error && PERMANENT.has(error.name)
