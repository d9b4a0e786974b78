// oidc-provider with its in-memory store: node server.mjs PORT PROCESSES
//
// The store is per process. A connection stays with its process, so GET /seed answers with a refresh
// token made in the memory of the process that will get the requests after it on that connection.
import cluster from 'node:cluster';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import Provider, { errors } from 'oidc-provider';

const [port, processes] = process.argv.slice(2).map(Number);
const API = 'https://api.example.org';
const SCOPE = 'documents:read';
const CLIENT = 'benchmark';

if (cluster.isPrimary && processes > 1) {
  const key = newKey();
  for (let i = 0; i < processes; i += 1) cluster.fork({ SIGNING_KEY: JSON.stringify(key) });
  cluster.on('exit', () => process.exit(1));
} else {
  await serve(process.env.SIGNING_KEY ? JSON.parse(process.env.SIGNING_KEY) : newKey());
}

function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'benchmark' };
}

async function serve(key) {
  const provider = new Provider(`http://127.0.0.1:${port}`, configuration(key));
  const answer = provider.callback();
  const server = createServer(async (request, response) => {
    if (request.url !== '/seed') return answer(request, response);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ refresh_token: await newRefreshToken(provider) }));
  });
  await promisify(server.listen.bind(server))({ port, host: '127.0.0.1', backlog: 1024 });
}

function configuration(key) {
  return {
    jwks: { keys: [key] },
    cookies: { keys: ['benchmark'] },
    clients: [{
      client_id: CLIENT,
      client_secret: process.env.CLIENT_SECRET,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
      redirect_uris: ['https://app.example.org/callback'],
      id_token_signed_response_alg: 'ES256',
    }],
    scopes: ['openid', 'offline_access', SCOPE],
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    rotateRefreshToken: true,
    ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 86400, RefreshToken: 86400 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo(_, resource) {
          if (resource !== API) throw new errors.InvalidTarget();
          return {
            scope: SCOPE,
            audience: API,
            accessTokenTTL: 600,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
  };
}

// What the sign-in of a person ends with; only rotation is measured.
async function newRefreshToken(provider) {
  const client = await provider.Client.find(CLIENT);
  const grant = new provider.Grant({ clientId: CLIENT, accountId: 'person' });
  grant.addResourceScope(API, SCOPE);
  grant.addOIDCScope('offline_access');
  const token = new provider.RefreshToken({
    client,
    accountId: 'person',
    grantId: await grant.save(),
    gty: 'authorization_code',
    scope: `offline_access ${SCOPE}`,
    resource: API,
    authTime: Math.floor(Date.now() / 1000),
  });
  return token.save();
}
