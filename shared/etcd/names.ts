import { type Minor, minorOf } from './flags.ts'

/** The last part of a path; a deleted binary keeps its name. */
export const baseName = (path: string): string => path.replace(/ \(deleted\)$/, '').replace(/^.*\//, '')

/**
 * The release series that a path (`/opt/etcd-v3.4.3-linux-amd64/etcd`) or an image (`registry/etcd:3.5.10-0`) names.
 */
export const minorNamedBy = (pathOrImage: string): Minor | undefined => {
  const match = /etcd[-_a-z0-9]*?[-_:/]v?(3\.\d{1,2}(?:\.\d+)?)(?!\d)/.exec(pathOrImage)
  return match?.[1] === undefined ? undefined : minorOf(match[1])
}
