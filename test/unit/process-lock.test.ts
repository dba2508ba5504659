import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isProcessLockTaken, listen, socketAddress, takeProcessLock } from '../../src/process/process-lock.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

describe('takeProcessLock()', () => {
  it('gives a name once, until it is released', async () => {
    const lock = await takeProcessLock('a')
    expect(lock).toBeDefined()
    expect(await takeProcessLock('a')).toBeUndefined()
    expect(await isProcessLockTaken('a')).toBe(true)
    const other = await takeProcessLock('b')
    expect(other).toBeDefined()
    lock?.release()
    expect(await isProcessLockTaken('a')).toBe(false)
    expect(await isProcessLockTaken('b')).toBe(true)
    const again = await takeProcessLock('a')
    expect(again).toBeDefined()
    again?.release()
    other?.release()
  })

  it('has addresses that fit their platforms, and differ by name', () => {
    const platforms: NodeJS.Platform[] = ['linux', 'darwin', 'win32', 'freebsd']
    for (const platform of platforms) {
      const address = socketAddress('path:/a', platform)
      expect(address).not.toBe(socketAddress('path:/b', platform))
      expect(address).toContain(`duckpaddle-${process.pid}-`)
      // https://man7.org/linux/man-pages/man7/unix.7.html, and 104 on macOS
      expect(Buffer.byteLength(address)).toBeLessThan(104)
    }
    expect(socketAddress('a', 'linux').startsWith('\0')).toBe(true)
    expect(socketAddress('a', 'win32').startsWith('\\\\.\\pipe\\')).toBe(true)
  })
})

describe.skipIf(process.platform === 'win32')('listen() on a socket that is a file', () => {
  it('refuses one that is listened on', async () => {
    const path = join(folder, 'taken.sock')
    const server = await listen(path)
    await expect(listen(path)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    server.close()
    const again = await listen(path)
    again.close()
  })

  it('takes over what a killed process has left', async () => {
    const path = join(folder, 'stale.sock')
    const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', program])
    expect(existsSync(path)).toBe(true)
    const server = await listen(path)
    await expect(listen(path)).rejects.toMatchObject({ code: 'EADDRINUSE' })
    server.close()
  })
})
