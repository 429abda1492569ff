import { expect, test } from 'vitest'
import { phaseOf } from '../../shared/aws/invocation-status.ts'

test.each([
  ['Pending', 'Pending', 'waiting'],
  ['InProgress', 'InProgress', 'waiting'],
  ['Delayed', 'Delayed', 'waiting'],
  ['Cancelling', 'Cancelling', 'waiting'],
  ['Success', 'Success', 'succeeded'],
  ['Failed', 'Failed', 'failed'],
  ['Cancelled', 'Cancelled', 'failed'],
  ['Cancelled', 'Canceled', 'failed'],
  ['TimedOut', 'DeliveryTimedOut', 'failed'],
  ['TimedOut', 'Delivery Timed Out', 'failed'],
  ['TimedOut', 'Execution Timed Out', 'failed'],
  ['Failed', 'Undeliverable', 'failed'],
  ['Failed', 'InvalidPlatform', 'failed'],
  ['Failed', 'AccessDenied', 'failed'],
  ['Failed', 'Terminated', 'failed'],
  ['Failed', 'RateExceeded', 'failed'],
  ['Failed', 'Incomplete', 'failed'],
  ['Success', undefined, 'succeeded'],
  ['Failed', 'SomethingNew', 'failed'],
  [undefined, 'Success', 'succeeded'],
  ['SomethingNew', 'SomethingNew', 'waiting'],
  [undefined, undefined, 'waiting'],
] as const)('%s / %s means %s', (status, details, phase) => {
  expect(phaseOf(status, details)).toBe(phase)
})
