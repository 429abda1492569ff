import type { Route } from '../route.ts'
import { FINDING_ROUTES } from './findings.ts'
import { INSTANCE_ROUTES } from './instances.ts'
import { OPEN_ROUTES } from './open.ts'
import { RULE_ROUTES } from './rules.ts'
import { SCAN_ROUTES } from './scans.ts'
import { TIME_ROUTES } from './time.ts'

/** Every route, in the order of the documentation. */
export const ROUTES: Route[] = [
  ...FINDING_ROUTES,
  ...OPEN_ROUTES,
  ...INSTANCE_ROUTES,
  ...SCAN_ROUTES,
  ...TIME_ROUTES,
  ...RULE_ROUTES,
]
