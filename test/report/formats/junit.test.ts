import { XMLParser } from 'fast-xml-parser'
import { expect, it } from 'vitest'
import { reportJunit } from '../../../shared/report/formats/junit.ts'
import { loadRules } from '../../../shared/rules/load.ts'
import { RULE, report } from './report.fixture.ts'

const XML = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' })
type Case = {
  name: string
  classname: string
  failure?: object
  error?: { message: string }
  skipped?: string
}
type Suite = { tests: string; failures: string; errors: string; skipped: string; testcase: Case[] }
const { testsuites } = XML.parse(reportJunit(report()))
const suites: Suite[] = testsuites.testsuite
const suite = suites.find(({ testcase }) => testcase[0]?.classname === RULE)

it('has one test case an instance and rule, whatever was assessed', () => {
  expect(suites).toHaveLength(loadRules().length)
  for (const { testcase } of suites)
    expect(testcase.map(({ name }) => name.split('/')[2])).toEqual([
      ...['i-a', 'i-b', 'i-c', 'i-d', 'i-e', 'i-f', 'i-g'],
    ])
})

it('fails only what fails and is not waived; what is not known is an error, not a pass', () => {
  const outcome = ({ failure, error, skipped }: Case) => {
    if (failure) return 'failure'
    if (error) return 'error'
    return skipped === undefined ? 'pass' : 'skipped'
  }
  expect(suite?.testcase.map(outcome)).toEqual([
    ...['pass', 'failure', 'skipped', 'error', 'skipped', 'error', 'skipped'],
  ])
  expect(suite?.testcase[2]?.skipped).toMatch(/^FAIL waived until 2026-03-31/)
  expect(suite?.testcase[5]?.error?.message).toContain('not assessed (unreachable, ConnectionLost)')
})

it('counts as the schema of Jenkins and its readers expect', () => {
  expect(suite).toMatchObject({ tests: '7', failures: '1', errors: '2', skipped: '3' })
  expect(testsuites).toMatchObject({ tests: String(7 * loadRules().length), failures: '1' })
})
