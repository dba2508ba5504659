/** Texts that are no business of those who read messages, and logs. */
const secrets = new Set<string>()

/** From now on, messages have none of these texts. */
export function keepSecret(texts: Iterable<string>): void {
  for (const text of texts) if (text !== '') secrets.add(text)
}

export function hideSecrets(text: string): string {
  if (secrets.size === 0) return text
  const longestFirst = [...secrets].sort((left, right) => right.length - left.length)
  return longestFirst.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text)
}
