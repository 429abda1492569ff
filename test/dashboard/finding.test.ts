import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finding } from '../../dashboard/pages/finding.ts'
import { findings as list } from '../../dashboard/pages/findings.ts'
import { instance } from '../../dashboard/pages/instance.ts'
import { instances } from '../../dashboard/pages/instances.ts'
import type { StoredFinding } from '../../shared/findings/records.ts'
import { createStore } from '../../shared/store/create-store.ts'
import { keys } from '../../shared/store/keys.ts'
import type { Store } from '../../shared/store/store.ts'
import { startTables } from '../store/table.fixture.ts'
import {
  AUTO_TLS,
  assessmentOf,
  FIRST,
  HOSTILE,
  livedFleet,
  MEMBERS,
  paramsOf,
  place,
  requestOn,
} from './judged-fleet.fixture.ts'
import { linksTo, tagsOf, textOf } from './markup.ts'

let tables: Awaited<ReturnType<typeof startTables>>
let store: Store
beforeAll(async () => {
  tables = await startTables()
  store = await tables.newStore()
  await livedFleet(store)
})
afterAll(() => tables.stop())

const FIRST_SCAN = '20260131T120000Z'
const pageOf = async (id: string, query = '', rule = AUTO_TLS) => {
  const view = await finding(requestOn(store, { params: paramsOf(place(id), rule), query }))
  return { view, html: String(view.body), text: textOf(view.body) }
}

describe('one finding', () => {
  it('says the verdict in a sentence, and between which scans it came about', async () => {
    const { text } = await pageOf('i-drift')
    expect(text).toContain(
      'FAIL This fails since 2026-02-02 12:01Z (23 h 59 min ago): etcd (pid 812) runs with auto-TLS on, set by --auto-tls=true',
    )
    expect(text).toContain(
      'Last seen good by the scan of 2026-01-31 12:01Z, first seen failing by the scan of 2026-02-02 12:01Z: it changed in between.',
    )
  })

  it('shows running, declared and in effect beside each other, with the source, and calls out drift', async () => {
    const { text } = await pageOf('i-drift')
    expect(text).toContain('DRIFT: The running etcd and the declared one differ')
    expect(text).toContain('Which etcd, pid 812 Verdict FAIL AUTO_TLS_ENABLED Value true Set by a flag')
    expect(text).toContain(
      "Which /etc/kubernetes/manifests/etcd.yaml Verdict PASS AUTO_TLS_DISABLED Value false Set by etcd's default",
    )
    expect(text).toContain('The client port serves plain HTTP. Clients need no certificate.')
  })

  it.each([
    ['i-drift', 'a flag', '<mark>--auto-tls=true</mark>'],
    ['i-environment', 'the environment', '<mark>ETCD_AUTO_TLS=true</mark>'],
    ['i-config-file', 'the config file', '<mark>auto-tls: true</mark>'],
  ])('%s: set by %s, which is marked once', async (id, source, mark) => {
    const { html, text } = await pageOf(id)
    expect(text).toContain(`Set by ${source}`)
    expect(html.split(mark)).toHaveLength(2)
  })

  it('says that it is stale, and why', async () => {
    const { text } = await pageOf('i-gone-quiet')
    expect(text).toContain('FAIL stale')
    expect(text).toContain(
      'Stale: the instance is unreachable since 2026-02-02 12:01Z, and was last assessed',
    )
  })

  it('says what to do, and how to judge it again, as commands for this table', async () => {
    const { html, text } = await pageOf('i-drift')
    const about = '--local --instance 111122223333/eu-central-1/i-drift'
    expect(text).toContain('Take the setting out where the evidence shows it')
    expect(text).toContain(`fleet-scanner scan ${about}`)
    expect(text).toContain(`fleet-scanner evidence verify ${about} --rule ${AUTO_TLS}`)
    expect(text).toContain(`| fleet-scanner evaluate - --rule ${AUTO_TLS}`)
    const [saved] = linksTo(html, 'save the evidence')
    const answer = await requestOn(store).ask<{ hash: string }>(saved ?? '')
    expect(text).toContain(`SHA-256 ${answer.hash}`)
  })

  it('has no commands for a name that nobody can type', async () => {
    const { text } = await pageOf(HOSTILE.id)
    expect(text).toContain('FAIL This fails since')
    expect(text).not.toContain('fleet-scanner scan')
    expect(text).not.toContain('evidence verify')
  })

  it('shows a past verdict with the evidence of then', async () => {
    const now = await pageOf('i-drift')
    const [href = ''] = linksTo(now.html, 'evidence of then').slice(-1)
    expect(href).toContain(`?scan=${FIRST_SCAN}`)
    const { html, text } = await pageOf('i-drift', `scan=${FIRST_SCAN}`)
    expect(text).toContain('This is the evidence of a past verdict, of 2026-01-31 12:01Z: PASS')
    expect(html).not.toContain('<mark>--auto-tls=true</mark>')
    expect(text).toContain('Nothing in it sets this, so the default of etcd decides.')
  })

  it('says where the change that is asked for is not kept', async () => {
    const { html, text } = await pageOf('i-drift', 'scan=20200101T000000Z')
    expect(text).toContain('No change by the scan 20200101T000000Z is kept of this finding')
    expect(html).toContain('<mark>--auto-tls=true</mark>')
  })

  it('marks restatements and changes of mind as what did not happen on the node', async () => {
    const request = requestOn(store, { params: paramsOf(place('i-drift'), AUTO_TLS) })
    const { ask } = request
    request.ask = async <T>(...asked: Parameters<typeof ask>): Promise<T> => {
      const answer = await ask<{ changes?: { cause?: string }[] }>(...asked)
      const [first, last] = answer.changes ?? []
      if (first && last) {
        last.cause = 'engine'
        answer.changes?.push({ ...last, ...{ to: 'PASS', from: 'FAIL', restates: FIRST } })
      }
      return answer as T
    }
    const text = textOf((await finding(request)).body)
    expect(text).toContain('Restatement: the evidence of 2026-01-31 12:00Z, judged again.')
    expect(text).toContain('Nothing changed on the node: a newer engine judges the same facts otherwise.')
  })

  it.each([
    ['retired', 'Closed (retired). The instance is gone. This was its last verdict'],
    ['rule-off', 'Closed (rule-off). The rule is judged by no longer.'],
  ] as const)('says that it is closed: %s', async (closed, words) => {
    const request = requestOn(store, { params: paramsOf(place('i-drift'), AUTO_TLS) })
    const { ask } = request
    request.ask = async <T>(...asked: Parameters<typeof ask>): Promise<T> => {
      const answer = await ask<{ finding?: StoredFinding; open?: unknown }>(...asked)
      if (answer.finding) answer.finding.closed = closed
      delete answer.open
      return answer as T
    }
    const html = String((await finding(request)).body)
    expect(textOf(html)).toContain(words)
    expect(html).not.toContain('action="/waivers"')
  })

  it('says that evidence is gone, and shows what the finding itself kept', async () => {
    const [member] = MEMBERS
    if (!member) throw new Error('no member')
    const { evidence } = assessmentOf(member)
    const name = await tables.newTable()
    const gone = createStore(tables.client, name)
    await livedFleet(gone)
    await tables.client.send(
      new DeleteCommand({ TableName: name, Key: keys.evidence(member.node, evidence.hash) }),
    )
    const { body } = await finding(requestOn(gone, { params: paramsOf(member.node, AUTO_TLS) }))
    expect(textOf(body)).toContain('The evidence of this verdict is not in the table any more')
    expect(textOf(body)).toContain('--auto-tls=true (process, pid 812)')
  })

  it('is not found where there is none', async () => {
    await expect(pageOf('i-nobody')).rejects.toMatchObject({ status: 404 })
    await expect(pageOf('i-drift', '', 'no-such-rule')).rejects.toMatchObject({ status: 404 })
  })
})

describe('instances', () => {
  const listOf = async (query: string) => textOf((await instances(requestOn(store, { query }))).body)

  it('are all there, each with its state and why', async () => {
    const text = await listOf('')
    expect(text).toContain('7 instances.')
    expect(text).toContain('assessed: 6 unreachable: 1')
    expect(text).toContain('i-gone-quiet unreachable no usable answer came from it: DeliveryTimedOut orchard')
  })

  it.each([
    ['state=unreachable,unmanaged', '1 instance.'],
    ['state=assessed&cluster=harbour', '2 instances.'],
    ['state=retired', 'Nothing fits these filters.'],
    ['state=maybe', 'state does not know "maybe"'],
  ])('%s', async (query, words) => expect(await listOf(query)).toContain(words))

  it('show each what is known of it, its findings, and what was read from it', async () => {
    const { body } = await instance(requestOn(store, { params: paramsOf(place('i-gone-quiet')) }))
    const text = textOf(body)
    expect(text).toContain(
      'unreachable since 2026-02-02 12:01Z, 23 h 59 min ago: no usable answer came from it (DeliveryTimedOut).',
    )
    expect(text).toContain('role=control-plane')
    expect(text).toContain('etcd-auto-tls-disabled FAIL stale')
    expect(text).toContain('Arguments of etcd, pid 812 etcd --name=m1 --auto-tls')
    expect(text).toContain('"collectedAt": "2026-01-31T12:01:00Z"')
  })
})

describe('hostile names, tags and arguments', () => {
  it('make no tag and no attribute on any page', async () => {
    const ordinary = new Set<string>()
    const pages = async (id: string): Promise<string[]> => {
      const about = { params: paramsOf(place(id)) }
      const views = [
        await findings(id),
        await finding(requestOn(store, { params: paramsOf(place(id), AUTO_TLS) })),
        await instance(requestOn(store, about)),
        await instances(requestOn(store, { query: new URLSearchParams({ instance: id }).toString() })),
      ]
      return views.map(({ body }) => String(body))
    }
    const findings = (id: string) =>
      list(requestOn(store, { query: new URLSearchParams({ instance: id, q: 'tls' }).toString() }))
    for (const html of [...(await pages('i-drift')), ...(await pages('i-config-file'))])
      for (const tag of tagsOf(html)) ordinary.add(tag)
    for (const html of await pages(HOSTILE.id)) {
      expect([...tagsOf(html)].filter((tag) => !ordinary.has(tag))).toEqual([])
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
      expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u001b]/)
    }
  })
})
