// Stream sessions as clients that have nothing to do with Go see them: SPDY by spdy-transport,
// WebSocket by ws, the two npm packages. Prints TAP.
//
// Environment: CRI_CLIENT (our cri-client), CRI_ENDPOINT, CONTAINER and SANDBOX (ids; in the pod's
// network an echo server that takes 100 connections at once listens on ECHO_PORT (9000), and nothing
// on 9001), DAEMON_PID, MEGABYTES (50).
'use strict'
const { execFileSync } = require('child_process')
const crypto = require('crypto')
const fs = require('fs')
const net = require('net')
const transport = require('spdy-transport')
const WebSocket = require('ws')

const { CRI_CLIENT, CONTAINER, SANDBOX, DAEMON_PID } = process.env
const BYTES = Number(process.env.MEGABYTES || 50) * 1e6
const ECHO_PORT = Number(process.env.ECHO_PORT || 9000), CLOSED_PORT = 9001
let count = 0, failed = 0

function ask(method, request) {
  return JSON.parse(execFileSync(CRI_CLIENT, [method, JSON.stringify(request)])).url
}

async function test(name, body) {
  const limit = new Promise((_, no) => setTimeout(() => no(new Error('no end')), 120000).unref())
  try {
    await Promise.race([body(), limit])
    console.log(`ok ${++count} - ${name}`)
  } catch (e) {
    failed++
    console.log(`not ok ${++count} - ${name}\n# ${e.stack}`)
  }
}

function equal(got, wanted, what) {
  if (got !== wanted) throw new Error(`${what}: ${got}, wanted ${wanted}`)
}

function spdy(url, version) {
  const { hostname, port, pathname } = new URL(url)
  return new Promise((yes, no) => {
    const socket = net.connect(port, hostname.replace(/[[\]]/g, ''))
    socket.on('error', no)
    socket.write(`POST ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\n` +
      `Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${version}\r\nContent-Length: 0\r\n\r\n`)
    let head = ''
    socket.on('data', function onHead(chunk) {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      socket.removeListener('data', onHead)
      if (!head.startsWith('HTTP/1.1 101')) return no(new Error(head.split('\r\n')[0]))
      const connection = transport.connection.create(socket, { protocol: 'spdy', isServer: false })
      connection.start(3.1)
      connection.on('error', () => {})
      yes(connection)
    })
  })
}

function open(connection, headers) {
  return new Promise((yes, no) => connection.request(
    { method: 'POST', path: '/', host: 'x', headers }, (e, stream) => {
      if (e) return no(e)
      stream.on('error', () => {})
      yes(stream)
    }))
}

function all(stream) {
  return new Promise(yes => {
    const chunks = []
    stream.on('data', c => chunks.push(c))
    stream.on('end', () => yes(Buffer.concat(chunks)))
    stream.on('close', () => yes(Buffer.concat(chunks)))
  })
}

function digestOf(stream) {
  return new Promise(yes => {
    const hash = crypto.createHash('sha256')
    stream.on('data', c => hash.update(c))
    stream.on('end', () => yes(hash.digest('hex')))
  })
}

// Writes `bytes` random bytes, waiting where the stream says so; gives their digest.
async function pour(stream, bytes) {
  const hash = crypto.createHash('sha256')
  for (let left = bytes; left > 0;) {
    const chunk = crypto.randomBytes(Math.min(left, 65536))
    hash.update(chunk)
    left -= chunk.length
    if (!stream.write(chunk)) await new Promise(yes => stream.once('drain', yes))
  }
  stream.end()
  return hash.digest('hex')
}

function exec(cmd, stdin) {
  return ask('Exec', { container_id: CONTAINER, cmd, stdin, stdout: true, stderr: true })
}

async function spdyExec(cmd, stdin) {
  const connection = await spdy(exec(cmd, stdin), 'v4.channel.k8s.io')
  const streams = { connection }
  for (const streamType of ['error', stdin && 'stdin', 'stdout', 'stderr'].filter(Boolean))
    streams[streamType] = await open(connection, { streamType })
  return streams
}

function wsExec(cmd, stdin, version = 'v5.channel.k8s.io') {
  const socket = new WebSocket(exec(cmd, stdin).replace('http', 'ws'), version,
    { perMessageDeflate: false })
  const hash = crypto.createHash('sha256')
  const result = { socket, length: 0, stderr: '' }
  socket.on('message', data => {
    if (data[0] === 1) { hash.update(data.subarray(1)); result.length += data.length - 1 }
    if (data[0] === 2) result.stderr += data.subarray(1)
    if (data[0] === 3) result.status = JSON.parse(data.subarray(1))
  })
  result.opened = new Promise((yes, no) => { socket.on('open', yes); socket.on('error', no) })
  result.closed = new Promise(yes => socket.on('close', () => {
    result.digest = hash.digest('hex')
    yes()
  }))
  return result
}

async function forward(connection, requestID, port) {
  const headers = { port: String(port), requestID: String(requestID) }
  const error = await open(connection, { streamType: 'error', ...headers })
  error.end()
  const data = await open(connection, { streamType: 'data', ...headers })
  return { error, data }
}

function usage() {
  const status = fs.readFileSync(`/proc/${DAEMON_PID}/status`, 'utf8')
  return {
    descriptors: fs.readdirSync(`/proc/${DAEMON_PID}/fd`).length,
    rss: Number(/VmRSS:\s*(\d+)/.exec(status)[1]) * 1024
  }
}

async function main() {
  await test('exec over SPDY: all bytes there and back', async () => {
    const s = await spdyExec(['cat'], true)
    const back = digestOf(s.stdout), status = all(s.error)
    s.stderr.resume()
    const sent = await pour(s.stdin, BYTES)
    equal(await back, sent, 'digest')
    equal(JSON.parse(await status).status, 'Success', 'status')
  })
  await test('exec over SPDY: the exit code', async () => {
    const s = await spdyExec(['sh', '-c', 'echo out; exit 42'], false)
    const out = all(s.stdout), status = all(s.error)
    equal(String(await out), 'out\n', 'stdout')
    equal(JSON.parse(await status).details.causes[0].message, '42', 'exit code')
  })
  await test('exec over WebSocket v5: all bytes there and back', async () => {
    const s = wsExec(['cat'], true)
    await s.opened
    const hash = crypto.createHash('sha256')
    for (let left = BYTES; left > 0;) {
      const chunk = crypto.randomBytes(Math.min(left, 65536))
      hash.update(chunk)
      left -= chunk.length
      await new Promise(yes => s.socket.send(Buffer.concat([Buffer.from([0]), chunk]), yes))
    }
    s.socket.send(Buffer.from([255, 0]))
    await s.closed
    equal(s.digest, hash.digest('hex'), 'digest')
    equal(s.status.status, 'Success', 'status')
  })
  await test('exec over WebSocket: the exit code, every old name', async () => {
    for (const version of ['v5.channel.k8s.io', 'v4.channel.k8s.io']) {
      const s = wsExec(['sh', '-c', 'echo bad >&2; exit 9'], false, version)
      await s.closed
      equal(s.stderr, 'bad\n', 'stderr')
      equal(s.status.details.causes[0].message, '9', 'exit code')
    }
  })
  await test('a token works once', async () => {
    const url = exec(['true'], false)
    const first = await spdy(url, 'v4.channel.k8s.io')
    first.end()
    let refused = ''
    await spdy(url, 'v4.channel.k8s.io').catch(e => { refused = e.message })
    equal(refused, 'HTTP/1.1 404 Not Found', 'second use')
  })
  await test('port-forward: all bytes there and back', async () => {
    const connection = await spdy(ask('PortForward', { pod_sandbox_id: SANDBOX }),
      'portforward.k8s.io')
    const { data } = await forward(connection, 0, ECHO_PORT)
    const back = digestOf(data)
    const sent = await pour(data, 2 * BYTES)
    equal(await back, sent, 'digest')
    connection.end()
  })
  await test('port-forward: 1000 connections one by one, 100 at once, resets in between', async () => {
    const connection = await spdy(ask('PortForward', { pod_sandbox_id: SANDBOX }),
      'portforward.k8s.io')
    let id = 0
    const echo = async text => {
      const { data, error } = await forward(connection, id++, ECHO_PORT)
      const reason = all(error), back = all(data)
      data.end(text)
      equal(String(await back), text, `echo (${await reason})`)
    }
    const crowd = () => Promise.all([...Array(100).keys()].map(i => echo(`parallel ${i}`)))
    await crowd() // the daemon keeps some connections to the engine from here on
    const before = usage()
    for (let i = 0; i < 1000; i++) {
      await echo(`number ${i}`)
      if (i % 100 === 50) {
        const { data } = await forward(connection, id++, ECHO_PORT)
        data.write('to be cut off')
        data.abort()
        const refused = await forward(connection, id++, CLOSED_PORT)
        refused.data.resume()
        const reason = String(await all(refused.error))
        if (!/refused/.test(reason)) throw new Error(`no reason: ${reason}`)
      }
    }
    await crowd()
    await echo('still alive')
    let after = usage()
    for (let i = 0; i < 100 && after.descriptors > before.descriptors; i++) {
      await new Promise(yes => setTimeout(yes, 50))
      after = usage()
    }
    equal(after.descriptors <= before.descriptors, true, `descriptors ${before.descriptors} to ${after.descriptors}`)
    connection.end()
  })
  console.log(`1..${count}`)
  process.exit(failed ? 1 : 0)
}

main()
