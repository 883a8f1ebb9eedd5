// The reference flow as a k6 user would write it: log in, ask for an image, check both answers, tell failures apart.
import http from 'k6/http'
import { check, sleep } from 'k6'
import { Counter, Rate, Trend } from 'k6/metrics'

const API_BASE = __ENV.API_BASE
const THINK = __ENV.THINK ? __ENV.THINK.split(',').map(Number) : null
const HEADERS = { Accept: 'application/json', 'Content-Type': 'application/json' }
if (__ENV.GZIP === '1') HEADERS['Accept-Encoding'] = 'gzip'

const PROMPTS = [
  'A scenic landscape at sunset',
  'A futuristic city skyline',
  'A peaceful forest scene',
  'A lighthouse in a storm, oil painting',
  'A bowl of ramen in studio light',
  'A watercolour mountain lake',
  'A robot reading in an old library',
  'A retro travel poster of Mars',
]

const responseTime = new Trend('response_time', true)
const errors = new Rate('errors')
const generationSuccess = new Rate('generation_success')
const creditErrors = new Counter('credit_errors')
const providerErrors = new Counter('provider_errors')
const otherErrors = new Counter('other_errors')

function load() {
  if (!__ENV.STAGES) {
    return { executor: 'constant-vus', vus: Number(__ENV.VUS), duration: __ENV.DURATION, gracefulStop: '2s' }
  }
  const stages = __ENV.STAGES.split(',').map((stage) => {
    const [duration, target] = stage.split(':')
    return { duration, target: Number(target) }
  })
  return { executor: 'ramping-vus', stages, gracefulStop: '2s' }
}

export const options = {
  scenarios: { flow: load() },
  thresholds: {
    errors: ['rate<0.1'],
    http_req_duration: ['p(95)<30000', 'p(99)<60000'],
    generation_success: ['rate>0.8'],
    http_req_failed: ['rate<0.1'],
  },
}

function has(response, field) {
  try {
    return response.json(field) !== undefined
  } catch (_) {
    return false // not JSON
  }
}

function classify(status) {
  if (status === 402) creditErrors.add(1)
  else if (status >= 500) providerErrors.add(1)
  else otherErrors.add(1)
}

export default function () {
  const credentials = { email: 'loadtest@example.com', password: 'mock-password' }
  const login = http.post(`${API_BASE}/api/auth/login`, JSON.stringify(credentials), { headers: HEADERS })
  check(login, { 'login successful': (r) => r.status === 200 && has(r, 'token') })
  const token = login.json('token')

  const prompt = PROMPTS[Math.floor(Math.random() * PROMPTS.length)]
  const generate = http.post(`${API_BASE}/api/images/seedream4/generate`, JSON.stringify({ prompt }), {
    headers: Object.assign({ Authorization: `Bearer ${token}` }, HEADERS),
  })
  responseTime.add(generate.timings.duration)
  const ok = check(generate, {
    'status is 202': (r) => r.status === 202,
    'has session_id': (r) => has(r, 'session_id'),
    'has client_key': (r) => has(r, 'clientKey'),
  })
  errors.add(!ok)
  generationSuccess.add(ok)
  if (!ok) classify(generate.status)

  if (THINK) sleep(THINK[0] + Math.random() * (THINK[1] - THINK[0]))
}
