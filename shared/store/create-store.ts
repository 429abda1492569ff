import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { applyAssessments } from './assessments.ts'
import { commandResults, putCommandResult, transitionsOf } from './command-results.ts'
import { digest, freezeDigest, markDigestPublished, unpublishedDigests } from './digests.ts'
import { evidence } from './evidence-items.ts'
import { countFindings, findings } from './findings.ts'
import { history } from './history.ts'
import { nodesOf } from './node-states.ts'
import { closeScan, openScan, scan, scans } from './scans.ts'
import { applySightings } from './sightings.ts'
import type { Store } from './store.ts'
import type { Pace, Table } from './table.ts'
import { putTarget, target } from './targets.ts'

/** The store on a table made by `tableDefinition`. */
export const createStore = (client: DynamoDBDocumentClient, tableName: string, pace: Pace = {}): Store => {
  const table: Table = { client, name: tableName, ...pace }
  return {
    openScan: (record) => openScan(table, record),
    closeScan: (scanId, end) => closeScan(table, scanId, end),
    scan: (scanId) => scan(table, scanId),
    scans: (limit) => scans(table, limit),
    applyAssessments: (scanId, at, assessments) => applyAssessments(table, scanId, at, assessments),
    applySightings: (scanId, at, sightings) => applySightings(table, scanId, at, sightings),
    putCommandResult: (result) => putCommandResult(table, result),
    commandResults: (scanId) => commandResults(table, scanId),
    transitionsOf: (scanId) => transitionsOf(table, scanId),
    countFindings: () => countFindings(table),
    freezeDigest: (frozen) => freezeDigest(table, frozen),
    markDigestPublished: (scanId, route, at, messageId) =>
      markDigestPublished(table, scanId, route, at, messageId),
    unpublishedDigests: () => unpublishedDigests(table),
    digest: (scanId, route) => digest(table, scanId, route),
    findings: (filter) => findings(table, filter),
    history: (filter) => history(table, filter),
    evidence: (node, hash) => evidence(table, node, hash),
    nodesOf: (key) => nodesOf(table, key),
    target: (key) => target(table, key),
    putTarget: (key, state) => putTarget(table, key, state),
  }
}
