/** Why a statement names resources by a pattern, by the id of the statement. What is not listed here, cdk-nag reports. */
export const WILDCARD_REASONS: Record<string, string> = {
  SendOnlyTheCollector:
    'Any region, as IAM is global and documents are not; the name holds the hash of the script.',
  CompareTheCollector:
    'Any region, as IAM is global and documents are not; the name holds the hash of the script.',
  SendToSelected: 'Instances come and go; the tags in the condition say which may be sent to.',
  ListInstancesAndFollowCommands:
    'These calls take no resource-level permissions; they are held to the configured regions.',
  CancelCommands: 'The call takes no resource-level permissions; it is held to the configured regions.',
  ReadAnswers: 'These calls take no resource-level permissions; they are held to the configured regions.',
  WriteItsLog: 'The streams of the log, which Lambda names; the log group is one.',
  InvokeItsFunctions:
    'The versions of run-scan itself: an execution goes on with the one that it began with.',
  RememberItsSteps: 'The versions of run-scan itself: an execution goes on with the one that it began with.',
  WriteSealsOnce: 'Each scan puts its seal under a name of its own, below one prefix of one bucket.',
  ReadWebhooks: 'Secrets Manager ends the ARN of a secret with six characters of its own choice.',
  AssumeMembersOfUnits:
    'Accounts of the units are known when a scan begins; the role has one name, and must be of the organization.',
  ListAccountsOfUnits:
    'Units inside of the configured ones are known when a scan begins; they are of one organization.',
}
