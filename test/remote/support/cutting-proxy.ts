import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** When the connections are cut. */
type Moment = 'before-commit' | 'after-commit'

/** Stands between DuckDB and a PostgreSQL, and cuts all connections in the middle of a COMMIT, when it is told to. */
export class CuttingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #moment: Moment | undefined

  private constructor(target: number) {
    this.#server = createServer((client) => this.#pipe(client, connect(target, '127.0.0.1')))
  }

  static async start(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts at the next COMMIT: before the server has it, or when it has, and before its answer is passed on. */
  cutAtCommit(moment: Moment): void {
    this.#moment = moment
  }

  close(): void {
    this.#cut()
    this.#server.close()
  }

  #pipe(client: Socket, server: Socket): void {
    let isCommitting = false
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.on('data', (bytes) => {
      if (this.#moment !== undefined && bytes.includes('COMMIT')) {
        if (this.#moment === 'before-commit') return this.#cut()
        isCommitting = true
      }
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      if (isCommitting) this.#cut()
      else client.write(bytes)
    })
  }

  #cut(): void {
    this.#moment = undefined
    for (const socket of this.#sockets) socket.destroy()
  }
}
