import type { EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { instancesByTag } from '../../shared/aws/instances.ts'
import { parseConfig } from '../../shared/config/parse-config.ts'
import { type ScanTarget, scanTargets } from '../../shared/config/scanner-config.ts'
import { presetNames } from '../../shared/config/selectors.ts'
import { recordedClient } from '../aws/recorded-client.ts'

const CAPA = { 'sigs.k8s.io/cluster-api-provider-aws/role': 'control-plane' }
const KOPS = [{ 'k8s.io/role/control-plane': '1' }, { 'k8s.io/role/master': '1' }]

const selectorsOf = (list: string): ScanTarget['selectors'] => {
  const text = `targets:\n  - account: 111122223333\n    regions: [eu-west-1]\n    selectors:\n${list}`
  const [target] = scanTargets(parseConfig(text, 'fleet-scanner.yaml'))
  return target?.selectors ?? []
}

/** What EC2 is asked for, a call for each set of tags. */
const filtersOf = async (list: string) => {
  const ec2 = recordedClient<EC2Client>({ DescribeInstances: [{ Reservations: [] }] })
  await instancesByTag(ec2.client, selectorsOf(list))
  return ec2.inputsOf('DescribeInstances').map(({ Filters }) => Filters)
}

test('presets stand for the tags that the tools set, and mix with sets of tags in any order', () => {
  expect(selectorsOf('      [kops, { team: etcd, env: [prod, stage] }, preset: kubeadm]\n')).toEqual([
    ...KOPS,
    { team: 'etcd', env: ['prod', 'stage'] },
    CAPA,
  ])
  expect(selectorsOf('      - rke2\n')).toContainEqual(CAPA)
})

test('the tags in one set must all be there, the sets are alternatives: one question each', async () => {
  expect(await filtersOf('      [kops, { team: etcd, env: [prod, stage] }]\n')).toEqual([
    [{ Name: 'tag:k8s.io/role/control-plane', Values: ['1'] }],
    [{ Name: 'tag:k8s.io/role/master', Values: ['1'] }],
    [
      { Name: 'tag:team', Values: ['etcd'] },
      { Name: 'tag:env', Values: ['prod', 'stage'] },
    ],
  ])
})

test('a star alone is any value or the rest of a key; anywhere else it is a star', async () => {
  expect(await filtersOf('      [{ etcd: "*", name: "a*", "kubernetes.io/cluster/*": "*" }]\n')).toEqual([
    [
      { Name: 'tag:etcd', Values: ['*'] },
      { Name: 'tag:name', Values: ['a\\*'] },
      { Name: 'tag-key', Values: ['kubernetes.io/cluster/*'] },
    ],
  ])
})

test('a server of RKE2 is not any machine that is called a server', async () => {
  const [servers] = await filtersOf('      [rke2]\n')
  expect(servers).toEqual([
    { Name: 'tag:Role', Values: ['server'] },
    { Name: 'tag-key', Values: ['kubernetes.io/cluster/*'] },
  ])
})

test('a tag that is called preset can be asked for', () => {
  expect(selectorsOf('      - preset: [kops]\n')).toEqual([{ preset: ['kops'] }])
  expect(selectorsOf('      - { preset: kops, env: prod }\n')).toEqual([{ preset: 'kops', env: 'prod' }])
})

test.each([
  [
    'a preset that does not exist',
    '- kops\n- kop',
    /:6: .*selectors\[1\]` names the preset `kop`.*use kops, /,
  ],
  ['one in its long form', '- preset: toString', /:5: .*names the preset `toString`.*kubeadm/],
  ['a list in place of a set', '- [kops]', /:5: .*must be a preset, or a set of tags/],
  ['no tag', '- {}', /:5: .*must name at least one tag/],
  ['an empty value', '- kops\n- role:', /:6: .*selectors\[1\]\.role` must be a tag value/],
  ['more values than EC2 takes', `- role: [${Array(201).fill('x')}]`, /:5: .*at most 200 tag values/],
  ['a value for an open key', '- "kubernetes.io/cluster/*": owned', /:5: .*its value must be `\*` too/],
  ['two open keys', '- { "a*": "*", "b*": "*" }', /:5: .*two keys.*keep one/],
])('%s is refused with its line and how to mend it', (_what, list, message) => {
  expect(() => selectorsOf(`${list.replace(/^/gm, '      ')}\n`)).toThrow(message)
})

test('the presets are named', () => {
  expect(presetNames).toEqual(['kops', 'kubeadm', 'rke2'])
})
