import type { Statement } from './permissions.ts'

/** What a statement is for, by its id. */
const BY_SID: Record<string, string> = {
  SendOnlyTheCollector:
    'The one thing that may be sent. A document has no tags of an instance, hence two statements.',
  NeverToWhatIsLeftOut:
    'An instance with the opt-out tag is not sent to, whatever else allows it. The two conditions together: the tag is there, and its value is not `false`.',
  CompareTheCollector: 'The script in the document is compared with the expected one before it is sent.',
  ListInstancesAndFollowCommands: 'Finds the instances, and sees how far a command has come.',
  CancelCommands: 'A scan that is cancelled, or at its deadline, ends its commands.',
  ReadAnswers: 'Reads what the collector printed.',
  WriteItsLog: 'Its own log, and no other.',
  UseTheTable: 'Items of the table, and nothing about the table itself.',
  ReadTheTable: 'Items of the table, to read: questions are answered, and nothing is written.',
  DecryptTheTable: 'The key of the table, to read alone, by way of DynamoDB alone.',
  WriteSealsOnce:
    'Each closed scan puts its seal into the bucket, where none of that name is yet. Nothing is read, deleted or unlocked.',
  SendFindings:
    'Findings of this account, as the product that is the account itself, in the regions of its targets.',
  LeaveWaiversToPeople:
    'Waivers are granted by people; a function that could write one could hide a failure.',
  LeavePushesToPeople:
    'What Security Hub was told is written by whoever pushes; a function that could write it could have a failure not sent.',
  UseTheKeyForTheTable: 'The key of the table, by way of DynamoDB alone.',
  UseTheKeyForTopics: 'The key of the topics, by way of SNS alone.',
  AssumeMembers: 'One of the two member roles of each account that is named.',
  AssumeMembersOfUnits:
    'The same, of accounts of organizational units: they are known when a scan begins. Only roles of the organization.',
  ListAccountsOfUnits: 'Finds the accounts of the configured units; units inside of them are listed too.',
  PublishDigests: 'The topics of the stack, and those that routes name.',
  InvokeItsFunctions: 'Has answers judged; in a large fleet run-scan also starts itself for each target.',
  RememberItsSteps: 'A durable function keeps its steps, and its own alone.',
  StartScans: 'By the alias: an execution goes on with the code that it began with.',
  ReadWebhooks: 'The webhook of each Slack channel, and no other secret.',
  KeepWhatWasNotPosted: 'A digest that did not come to Slack is kept, and raises an alarm.',
  KeepWhatWasNotDelivered: 'A start that could not be delivered is kept, and raises an alarm.',
  AccountByIam: 'Who of the account may use or care for the key is left to IAM.',
  AlarmsByCloudWatch: 'CloudWatch publishes alarms in its own name.',
  DeliveryBySns: 'SNS reads what it delivers.',
  LogsByCloudWatchLogs: 'CloudWatch Logs encrypts the logs of these functions.',
  AllowPublishThroughSSLOnly: 'Nothing is published without TLS.',
}

const BY_PREFIX: [RegExp, string][] = [
  [/^SendToSelected\d+$/, 'Instances that have all tags of a selector, in the regions of its target.'],
]

/** Who may take a role, by the role's end. */
const TRUST: Record<string, string> = {
  sender: 'The function run-scan takes it, a session an hour at most.',
  reader: 'The function parse-results takes it, a session an hour at most.',
  scan: 'Lambda runs the function as this role. Member roles trust it by its name.',
  results: 'Lambda runs the function as this role. Member roles trust it by its name.',
  findings: 'Lambda runs the function as this role.',
  hub: 'Whoever runs `report --push security-hub`, by one of the configured roles; a session an hour at most.',
  slack: 'Lambda runs the function as this role.',
  q: 'Amazon Q Developer takes it for people in the channel. It has no rights.',
  schedule: 'EventBridge Scheduler takes it, for schedules of this account.',
}

/** CDK gives this one of a queue no id. */
const tlsOnly = ({ effect, conditions }: Statement): string | undefined =>
  effect === 'Deny' && conditions['Bool aws:SecureTransport']?.join() === 'false'
    ? 'Nothing is sent or read without TLS.'
    : undefined

/** What a statement is for, in words. Throws for one that has none: a right that nobody can explain is one too many. */
export const purposeOf = (statement: Statement): string => {
  const { sid = '', of, kind } = statement
  const found =
    kind === 'trust'
      ? TRUST[of.split('-').at(-1) ?? '']
      : (BY_SID[sid] ?? BY_PREFIX.find(([pattern]) => pattern.test(sid))?.[1] ?? tlsOnly(statement))
  if (found === undefined)
    throw new Error(`${kind} of ${of}: no purpose is written down for ${sid || statement.actions.join(', ')}`)
  return found
}
