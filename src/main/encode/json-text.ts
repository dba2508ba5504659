/** Text that is JSON already, for a JSON column to take as it is. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
