// openid-client, told what to do over its standard streams: a question and an answer a line, in JSON.
// A question is {"do": name, ...arguments}; the answer is {"done": value} or {"failed": {code, message}}.
import { createInterface } from 'node:readline'
import { importJWK } from 'jose'
import * as oidc from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, METHOD, PRIVATE_JWK, DPOP, MAKES_REQUEST } = process.env

const ways = {
  client_secret_basic: () => oidc.ClientSecretBasic(CLIENT_SECRET),
  client_secret_post: () => oidc.ClientSecretPost(CLIENT_SECRET),
  private_key_jwt: async () => oidc.PrivateKeyJwt(await privateKey()),
  none: () => oidc.None(),
}

async function privateKey () {
  const jwk = JSON.parse(PRIVATE_JWK)
  return { key: await importJWK(jwk, jwk.alg), kid: jwk.kid }
}

const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks]
const config = await oidc.discovery(
  new URL(ISSUER), CLIENT_ID, JSON.parse(process.env.METADATA ?? '{}'),
  await ways[METHOD ?? 'client_secret_basic'](), { execute })
const options = DPOP
  ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) }
  : {}

const builders = {
  plain: oidc.buildAuthorizationUrl,
  pushed: (config, parameters) => oidc.buildAuthorizationUrlWithPAR(config, parameters, options),
  signed: async (config, parameters) =>
    oidc.buildAuthorizationUrlWithJAR(config, parameters, await privateKey()),
}

let checks
let device

const deeds = {
  async begin ({ scope = 'openid profile email', ...more }) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()]
    checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
    return (await builders[MAKES_REQUEST ?? 'plain'](config, {
      redirect_uri: REDIRECT_URI,
      scope,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...more,
    })).href
  },
  finish: async ({ answer }) =>
    described(await oidc.authorizationCodeGrant(config, new URL(answer), checks, undefined, options)),
  userinfo: ({ token, sub }) => oidc.fetchUserInfo(config, token, sub, options),
  refresh: async ({ token }) =>
    described(await oidc.refreshTokenGrant(config, token, undefined, options)),
  introspect: ({ token }) => oidc.tokenIntrospection(config, token),
  revoke: async ({ token }) => (await oidc.tokenRevocation(config, token)) ?? null,
  endSession: ({ idToken, after }) => oidc.buildEndSessionUrl(
    config, { id_token_hint: idToken, post_logout_redirect_uri: after }).href,
  clientCredentials: ({ scope }) => oidc.clientCredentialsGrant(config, { scope }, options),
  async beginDevice ({ scope }) {
    device = await oidc.initiateDeviceAuthorization(config, { scope })
    return device
  },
  finishDevice: async () =>
    described(await oidc.pollDeviceAuthorizationGrant(config, device, undefined, options)),
  exchange: ({ token, ...more }) => oidc.genericGrantRequest(
    config, 'urn:ietf:params:oauth:grant-type:token-exchange',
    { subject_token: token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', ...more }),
  register: async ({ token, metadata }) => (await oidc.dynamicClientRegistration(
    new URL(ISSUER), metadata, undefined, { initialAccessToken: token, execute })).clientMetadata(),
}

function described (tokens) {
  return { ...tokens, claims: tokens.claims() }
}

function say (answer) {
  process.stdout.write(JSON.stringify(answer) + '\n')
}

say({ done: config.serverMetadata() })
for await (const line of createInterface({ input: process.stdin })) {
  const { do: deed, ...parameters } = JSON.parse(line)
  try {
    say({ done: await deeds[deed](parameters) })
  } catch (error) {
    const { code, message, error: reason, cause } = error
    say({ failed: { code, message, error: reason, cause: cause?.message } })
  }
}
