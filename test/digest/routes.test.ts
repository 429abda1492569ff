import { expect, test } from 'vitest'
import type { Route } from '../../shared/config/scanner-config.ts'
import { digestKey, fleetRoutes, readKey, routesTaking } from '../../shared/report/digest-routes.ts'

const routes: Route[] = [
  { name: 'payments', owners: ['payments'] },
  { name: 'urgent', severities: ['high', 'critical'] },
  { name: 'prod', clusters: ['prod'], owners: ['payments', 'search'] },
]

test.each([
  [{ owner: 'payments', cluster: 'dev', severity: 'low' as const }, ['payments']],
  [{ owner: 'payments', cluster: 'prod', severity: 'high' as const }, ['payments', 'urgent', 'prod']],
  [{ owner: 'search', cluster: 'prod', severity: 'low' as const }, ['prod']],
  [{ cluster: 'prod', severity: 'low' as const }, ['default']],
  [{}, ['urgent']],
])('%j is told to %j', (concern, expected) => {
  expect(routesTaking(routes, concern)).toEqual(expected)
})

test('what concerns the whole fleet goes to routes without filters, or else to all', () => {
  expect(fleetRoutes([])).toEqual(['default'])
  expect(fleetRoutes(routes)).toEqual(['payments', 'urgent', 'prod'])
  expect(fleetRoutes([...routes, { name: 'all' }])).toEqual(['all'])
})

test('a key says route, kind and destination', () => {
  for (const reminder of [false, true])
    for (const amazonQ of [false, true])
      expect(readKey(digestKey('pay-ments', { reminder, amazonQ }))).toEqual({
        ...{ route: 'pay-ments', reminder, amazonQ },
      })
})
