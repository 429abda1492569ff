import { describe, expect, it } from 'vitest'
import type { Finding } from '../../shared/findings/finding.ts'
import { inPublishedOrder, jsonLine, renderJson, renderJsonl } from '../../shared/report/json.ts'

describe('the JSON output', () => {
  it('escapes what a terminal or a page would act on, and loses nothing', () => {
    const hostile = '<script>\u001b[2J\u009b\u007f\u2028\u202etxt\ufeff\n'
    const line = jsonLine({ text: hostile })
    expect(line).toMatch(/^[ -;=-~]+$/)
    expect(line).toContain('\\u003cscript')
    expect(JSON.parse(line)).toEqual({ text: hostile })
    expect(JSON.parse(renderJson({ text: hostile }))).toEqual({ text: hostile })
  })

  it('keeps the words of any language as they are', () => {
    expect(jsonLine('8月20 ü')).toBe('"8月20 ü"')
  })

  it('is one line for each value, and nothing for none', () => {
    expect(renderJsonl([{ a: 'x\ny' }, 2])).toBe('{"a":"x\\ny"}\n2\n')
    expect(renderJsonl([])).toBe('')
  })

  it('has the keys of a finding in the published order', () => {
    const shuffled: Finding = {
      evidence: [],
      effect: { servedOnClientPort: 'given-cert', clientCertRequired: true },
      caveats: [],
      message: 'm',
      reason: 'R',
      status: 'PASS',
      severity: 'high',
      control: '2.3',
      ruleId: 'r',
    }
    expect(Object.keys(inPublishedOrder(shuffled)).join()).toBe(
      'ruleId,control,severity,status,reason,message,caveats,effect,evidence',
    )
  })
})
