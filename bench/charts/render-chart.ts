import { type EChartsOption, init } from 'echarts'
import { fontFamily } from './drawing.js'
import { chartWidth } from './frame.js'
import { darkStyle, palette } from './palette.js'
import { plainText } from './plain-text.js'

const className = 'bench-chart'

/**
 * Draws a chart as an SVG that follows the page into the dark.
 *
 * @param title - What a screen reader says of it.
 */
export function renderChart(title: string, height: number, option: EChartsOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: chartWidth, height })
  try {
    chart.setOption({
      animation: false,
      backgroundColor: palette.page.light,
      textStyle: { fontFamily },
      ...option,
    })
    return finish(chart.renderToSVGString({ useViewBox: true }), title)
  } finally {
    // A chart that is left keeps the process from ending.
    chart.dispose()
  }
}

/** Takes out what only a browser with ECharts has a use for, and adds the style sheet of the dark. */
function finish(svg: string, title: string): string {
  return svg
    .replace(/<style >.*?<\/style>/gs, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
    .replace(/<svg ([^>]*)>/, (_, attributes: string) => {
      const head = `<title>${escapeText(title)}</title><style>${darkStyle(`.${className}`)}</style>`
      return `<svg class="${className}" role="img" ${attributes}>${head}`
    })
    .concat('\n')
}

function escapeText(text: string): string {
  return plainText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
