import { type Node, nodeKey } from '../../shared/findings/records.ts'
import { type Params, pathOf, pathWith } from '../ask.ts'
import { type Html, html } from '../html.ts'

export const findingsPath = (params: Params): string => pathWith('/findings', params)

/** An instance as a link, by its id; its account and region beneath. */
export const instanceLink = (node: Node): Html =>
  html`<a class="mono" href="${pathOf('instances', node.account, node.region, node.instanceId)}" title="${nodeKey(node)}"><bdi>${node.instanceId}</bdi></a>`

export const findingPath = (node: Node, ruleId: string): string =>
  pathOf('findings', node.account, node.region, node.instanceId, ruleId)

export const scanLink = (scanId: string): Html =>
  html`<a class="mono" href="${pathOf('scans', scanId)}">${scanId}</a>`

export const ruleLink = (ruleId: string): Html =>
  html`<a class="mono" href="${pathOf('rules', ruleId)}">${ruleId}</a>`

/** A number that leads to the findings that it counts; no link where there are none. */
export const countLink = (count: number, params: Params): Html =>
  count === 0 ? quietCount(0) : html`<a href="${findingsPath(params)}">${count}</a>`

/** A number; none of something is set back. */
export const quietCount = (count: number): Html =>
  count === 0 ? html`<span class="soft">0</span>` : html`${count}`
