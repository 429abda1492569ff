import { describe, expect, it } from 'vitest'
import { baseName, minorNamedBy } from '../../shared/etcd/names.ts'

describe("etcd's version is told by a path or an image that names it", () => {
  it.each([
    ['/opt/etcd-v3.4.3-linux-amd64/etcd', 304],
    ['registry.k8s.io/etcd:3.5.10-0', 305],
    ['index.docker.io/rancher/hardened-etcd:v3.5.21-k3s1', 305],
    ['gcr.io/google_containers/etcd-amd64:3.2.14', 302],
    ['quay.io/coreos/etcd:v3.10.1', 310],
    ['etcd:3.5', 305],
    ['/usr/bin/etcd', undefined],
    ['registry.local/etcd@sha256:3.5abc', undefined],
    ['quay.io/coreos/etcd:latest', undefined],
    ['/opt/3.4/bin/etcd', undefined],
  ])('%s', (text, minor) => {
    expect(minorNamedBy(text)).toBe(minor)
  })
})

describe('a program is known by the last part of its path', () => {
  it.each([
    ['/usr/local/bin/etcd', 'etcd'],
    ['./etcd', 'etcd'],
    ['/usr/bin/etcd (deleted)', 'etcd'],
    ['etcd', 'etcd'],
    ['/etcd/', ''],
    ['/tmp/x (deleted) y', 'x (deleted) y'],
  ])('%s', (path, name) => {
    expect(baseName(path)).toBe(name)
  })
})
