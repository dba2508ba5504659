import type { Shape } from './shape.js'

/** Titles of about 60 characters, bodies of about 1.2 KB; one in four has characters that are not ASCII. */
export const text: Shape = {
  name: 'text',
  table: 'articles',
  columns: { id: 'BIGINT NOT NULL', title: 'VARCHAR', body: 'VARCHAR', language: 'VARCHAR' },
  key: 'id',
  makeRow,
  append(appender, { id, title, body, language }: ReturnType<typeof makeRow>) {
    appender.appendBigInt(BigInt(id))
    appender.appendVarchar(title)
    appender.appendVarchar(body)
    appender.appendVarchar(language)
    appender.endRow()
  },
  keyOf: ({ id }) => `article:${id}`,
}

function makeRow(index: number) {
  const { language, title, sentence, sentences } = editionOf(index)
  return {
    id: index,
    title: flatten(`${title} ${index}`),
    body: flatten(`${index}: ${sentence.repeat(sentences)}`),
    language,
  }
}

const english = {
  language: 'en',
  title: 'How the ducks of the lower pond crossed the river, part',
  sentence: 'Calm above the water and paddling underneath, the duck goes where it wants to go. ',
  sentences: 15,
}
/** Latin-1, which V8 keeps in a byte per character, and UTF-8 in one or two. */
const german = {
  language: 'de',
  title: 'Wie die Enten über den Fluß schwammen und heimkehrten, Teil',
  sentence: 'Über dem Wasser ruhig, darunter paddelnd, schwimmt die Ente, wohin sie möchte. ',
  sentences: 15,
}
/** Two bytes per character in V8, three or four in UTF-8. */
const japanese = {
  language: 'ja',
  title:
    '池の鴨たちはどのようにして大きな川を渡り、そしてふたたび春の静かな水面へと帰ってきたのだろうか🦆 第',
  sentence: '水の上では静かに、水の下では懸命に足を動かしながら、鴨は行きたいところへ行く🦆。',
  sentences: 10,
}

function editionOf(index: number) {
  if (index % 4 < 3) return english
  return index % 8 === 3 ? german : japanese
}

/** Makes a string of one piece, as one that came from a request is; what is put together of parts is a tree of them. */
function flatten(pieces: string): string {
  return Buffer.from(pieces).toString()
}
