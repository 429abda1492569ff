import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { applyAssessments } from './assessments.ts'
import { slotsOf } from './at-once.ts'
import { changesMade } from './changes-made.ts'
import { commandResult, commandResults, putCommandResult, transitionsOf } from './command-results.ts'
import { digest, freezeDigest, markDigestPublished, unpublishedDigests } from './digests.ts'
import { evidence } from './evidence-items.ts'
import { countFindings, findings } from './findings.ts'
import { history } from './history.ts'
import { nodesOf } from './node-states.ts'
import { transitionsAt } from './past.ts'
import { appendRestatement, restatements } from './restatements.ts'
import { closeScan, openScan, scan, scanAt, scans } from './scans.ts'
import { putSentCommand, sentCommands } from './sent-commands.ts'
import { applySightings } from './sightings.ts'
import type { Store } from './store.ts'
import type { Pace, Table } from './table.ts'
import { putCanary, putTarget, target } from './targets.ts'

/** Nodes whose verdicts are written at the same time, well below the sockets that the SDK opens. */
const NODES_AT_ONCE = 8

/** The store on a table made by `tableDefinition`. */
export const createStore = (client: DynamoDBDocumentClient, tableName: string, pace: Pace = {}): Store => {
  const table: Table = { client, name: tableName, slots: slotsOf(NODES_AT_ONCE), ...pace }
  return {
    openScan: (record) => openScan(table, record),
    closeScan: (scanId, end) => closeScan(table, scanId, end),
    scan: (scanId) => scan(table, scanId),
    scans: (limit) => scans(table, limit),
    applyAssessments: (scanId, at, assessments) => applyAssessments(table, scanId, at, assessments),
    applySightings: (scanId, at, sightings) => applySightings(table, scanId, at, sightings),
    putCommandResult: (result) => putCommandResult(table, result),
    commandResult: (scanId, target, n) => commandResult(table, scanId, target, n),
    commandResults: (scanId) => commandResults(table, scanId),
    changesMade: (scanId, nodes) => changesMade(table, scanId, nodes),
    putSentCommand: (command) => putSentCommand(table, command),
    sentCommands: (scanId) => sentCommands(table, scanId),
    transitionsOf: (scanId) => transitionsOf(table, scanId),
    countFindings: () => countFindings(table),
    freezeDigest: (frozen) => freezeDigest(table, frozen),
    markDigestPublished: (scanId, route, at, messageId) =>
      markDigestPublished(table, scanId, route, at, messageId),
    unpublishedDigests: () => unpublishedDigests(table),
    digest: (scanId, route) => digest(table, scanId, route),
    findings: (filter) => findings(table, filter),
    history: (filter) => history(table, filter),
    scanAt: (at) => scanAt(table, at),
    transitionsAt: (at, filter) => transitionsAt(table, at, filter),
    restatements: (filter) => restatements(table, filter),
    appendRestatement: (restatement, n) => appendRestatement(table, restatement, n),
    evidence: (node, hash) => evidence(table, node, hash),
    nodesOf: (key) => nodesOf(table, key),
    target: (key) => target(table, key),
    putTarget: (key, state) => putTarget(table, key, state),
    putCanary: (key, canary) => putCanary(table, key, canary),
  }
}
