import { readFileSync } from 'node:fs'
import { parseConfig } from '../../shared/config/parse-config.ts'
import type { ScannerConfig } from '../../shared/config/scanner-config.ts'

const FILE = new URL('../../samples/every-setting.yaml', import.meta.url)

/** The configuration in which everything that the infrastructure depends on is set. */
export const everySetting = (): ScannerConfig => parseConfig(readFileSync(FILE, 'utf8'), 'every-setting.yaml')

export const HOME = '999988887777'
