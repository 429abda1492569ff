import type { Action, Page } from '../page.ts'
import { finding } from './finding.ts'
import { findings } from './findings.ts'
import { instance } from './instance.ts'
import { instances } from './instances.ts'
import { overview } from './overview.ts'
import { rule } from './rule.ts'
import { rules } from './rules.ts'
import { scan } from './scan.ts'
import { scans } from './scans.ts'
import { takeBack, waive } from './waive.ts'

/** Every page, by its path. */
export const PAGES: Record<string, Page> = {
  '/': overview,
  '/findings': findings,
  '/findings/:account/:region/:instance/:rule': finding,
  '/instances': instances,
  '/instances/:account/:region/:instance': instance,
  '/scans': scans,
  '/scans/:scanId': scan,
  '/rules': rules,
  '/rules/:id': rule,
}

/** Every form that may be sent, by its path. */
export const ACTIONS: Record<string, Action> = {
  '/waivers': waive,
  '/waivers/take-back': takeBack,
}
