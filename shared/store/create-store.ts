import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { applyAssessments } from './assessments.ts'
import { slotsOf } from './at-once.ts'
import { changesMade } from './changes-made.ts'
import { commandResult, commandResults, putCommandResult, transitionsOf } from './command-results.ts'
import { digest, digestsOf, freezeDigest, markDigestPublished, unpublishedDigests } from './digests.ts'
import { evidence } from './evidence-items.ts'
import { findingsPage, standing } from './finding-pages.ts'
import { countFindings, findings } from './findings.ts'
import { beginFlapping, endFlapping, flapping, settleFlapping } from './flapping.ts'
import { history } from './history.ts'
import { knownNodes, nodesOf } from './node-states.ts'
import { transitionsAt } from './past.ts'
import { pushed, putPushed } from './pushes.ts'
import { endsBetween, resultsOfTarget, scansBetween, transitionBefore, transitionsBetween } from './ranges.ts'
import { putReminder, reminder } from './reminders.ts'
import { appendRestatement, restatements } from './restatements.ts'
import { keepRules, keptRules } from './rules.ts'
import { closeScan, openScan, scan, scanAt, scans } from './scans.ts'
import { createSealStore } from './seals.ts'
import { putSentCommand, sentCommands } from './sent-commands.ts'
import { putSettings, settings } from './settings.ts'
import { applySightings } from './sightings.ts'
import type { Store } from './store.ts'
import type { StoreOptions, Table } from './table.ts'
import { putCanary, putTarget, target, targets } from './targets.ts'
import { putUnit, unit } from './units.ts'
import { putWaiver, waiverRevisions, waivers } from './waivers.ts'

/** Nodes whose verdicts are written at the same time, well below the sockets that the SDK opens. */
const NODES_AT_ONCE = 8

/** The store on a table made by `tableDefinition`. */
export const createStore = (
  client: DynamoDBDocumentClient,
  tableName: string,
  options: StoreOptions = {},
): Store => {
  const table: Table = { client, name: tableName, slots: slotsOf(NODES_AT_ONCE), ...options }
  return {
    openScan: (record, execution) => openScan(table, record, execution),
    closeScan: (scanId, end) => closeScan(table, scanId, end),
    scan: (scanId) => scan(table, scanId),
    scans: (limit, openedBy) => scans(table, limit, openedBy),
    applyAssessments: (scanId, at, assessments, onEvidence) =>
      applyAssessments(table, scanId, at, assessments, onEvidence),
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
    digestsOf: (scanId) => digestsOf(table, scanId),
    findings: (filter) => findings(table, filter),
    history: (filter) => history(table, filter),
    scanAt: (at) => scanAt(table, at),
    transitionsAt: (at, filter) => transitionsAt(table, at, filter),
    restatements: (filter) => restatements(table, filter),
    appendRestatement: (restatement, n) => appendRestatement(table, restatement, n),
    evidence: (node, hash) => evidence(table, node, hash),
    nodes: (nodes) => knownNodes(table, nodes),
    flapping: () => flapping(table),
    beginFlapping: (found) => beginFlapping(table, found),
    settleFlapping: (finding, settledIn) => settleFlapping(table, finding, settledIn),
    endFlapping: (finding, settledIn) => endFlapping(table, finding, settledIn),
    reminder: () => reminder(table),
    putReminder: (next, seen) => putReminder(table, next, seen),
    nodesOf: (key, clusters) => nodesOf(table, key, clusters),
    unit: (id) => unit(table, id),
    putUnit: (id, accounts) => putUnit(table, id, accounts),
    target: (key) => target(table, key),
    putTarget: (key, state) => putTarget(table, key, state),
    putCanary: (key, canary) => putCanary(table, key, canary),
    waivers: () => waivers(table),
    waiverRevisions: () => waiverRevisions(table),
    putWaiver: (next, seen) => putWaiver(table, next, seen),
    settings: () => settings(table),
    putSettings: (next) => putSettings(table, next),
    keepRules: (rules) => keepRules(table, rules),
    keptRules: () => keptRules(table),
    findingsPage: (filter, limit, after, which) => findingsPage(table, filter, limit, after, which),
    standing: (filter) => standing(table, filter),
    transitionsBetween: (from, to, filter) => transitionsBetween(table, from, to, filter),
    endsBetween: (from, to, filter) => endsBetween(table, from, to, filter),
    transitionBefore: (transition) => transitionBefore(table, transition),
    scansBetween: (from, to) => scansBetween(table, from, to),
    targets: () => targets(table),
    resultsOfTarget: (scanId, key) => resultsOfTarget(table, scanId, key),
    seals: createSealStore(table),
    pushed: (key) => pushed(table, key),
    putPushed: (key, next, seen) => putPushed(table, key, next, seen),
  }
}
