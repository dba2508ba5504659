import type { Settings } from '../../protocol/instance-news.js'
import { quoteName } from '../../protocol/visible-text.js'

/** What DuckDB itself refuses in a sandbox. The worker refuses the rest: see `sandbox.ts` there. */
const sandboxSettings: Readonly<Record<string, string>> = {
  enable_external_access: 'false',
  autoload_known_extensions: 'false',
  autoinstall_known_extensions: 'false',
  allow_community_extensions: 'false',
  lock_configuration: 'true',
}

/** What would give some of the world outside back. */
const loosening: ReadonlySet<string> = new Set([
  ...Object.keys(sandboxSettings),
  'allow_persistent_secrets',
  'allow_unsigned_extensions',
  'allowed_configs',
  'allowed_directories',
  'allowed_paths',
  'enable_logging',
  'log_query_path',
  'logging_storage',
])

/** The settings of a sandbox, to be set over those of `config`. */
export function resolveSandbox(config: Settings): Settings {
  for (const [name, value] of Object.entries(config)) {
    const lowerCase = name.toLowerCase()
    if (!loosening.has(lowerCase) || sandboxSettings[lowerCase] === value) continue
    throw new TypeError(`Expected \`config\` without ${quoteName(name)} beside \`sandbox: true\``)
  }
  return sandboxSettings
}
