import { allTemplates } from '../../../infra/all-templates.ts'
import type { Template } from '../../../infra/member-templates.ts'
import { everySetting } from '../every-setting.ts'
import type { Guarantee } from './guarantee.ts'
import { MEMBER_GUARANTEES } from './member-guarantees.ts'
import { SCANNER_GUARANTEES } from './scanner-guarantees.ts'

/** Every template that the project makes of the configuration with every setting, by name. */
export const synthesized = (): Record<string, Template> => allTemplates(everySetting())

/** What a template is held to. Throws for one that nothing was thought about. */
export const guaranteesOf = (name: string): Guarantee[] => {
  const guarantees = name === 'fleet-scanner' ? SCANNER_GUARANTEES : MEMBER_GUARANTEES[name]
  if (!guarantees) throw new Error(`nothing is guaranteed of the template ${name}`)
  return guarantees
}
