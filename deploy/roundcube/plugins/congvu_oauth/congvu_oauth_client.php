<?php

use GuzzleHttp\Client;
use GuzzleHttp\Exception\BadResponseException;

/**
 * Roundcube's OAuth client with what Công Vụ asks of every client: PKCE with S256 (RFC 7636), a state
 * that is never optional, `iss` (RFC 9207), a nonce, and the client's secret in the header.
 *
 * Everything else, such as the hooks that sign in to IMAP, SMTP and ManageSieve, is Roundcube's own.
 *
 * @license MIT
 */
class congvu_oauth_client extends rcmail_oauth
{
    private const BEGUN = 'congvu_sign_ins';
    private const MOST_BEGUN = 5;
    private const CLOCK_SKEW_SECONDS = 60;

    /** @var string Of the session that is about to end */
    private $id_token_hint = '';

    /**
     * Be the one that Roundcube uses.
     */
    public static function take_over()
    {
        self::$instance = new self();
        self::$instance->init();
    }

    protected function init()
    {
        parent::init();
        $this->rcmail->plugins->register_hook('startup', [$this, 'startup']);
        $this->rcmail->plugins->register_hook('storage_connect', [$this, 'storage_connect']);
    }

    /**
     * As it is registered, whatever the request calls this host.
     */
    public function get_redirect_uri()
    {
        return $this->setting('address') . '/index.php/login/oauth';
    }

    /**
     * Send the browser to the provider.
     */
    public function login_redirect()
    {
        $state    = self::random();
        $nonce    = self::random();
        $verifier = self::random();

        // tabs that were opened together begin together
        $begun = [$state => [$nonce, $verifier]] + ($_SESSION[self::BEGUN] ?? []);
        $_SESSION[self::BEGUN] = array_slice($begun, 0, self::MOST_BEGUN, true);

        $this->send_to($this->options['auth_uri'], [
            'response_type'         => 'code',
            'client_id'             => $this->options['client_id'],
            'scope'                 => $this->options['scope'],
            'redirect_uri'          => $this->get_redirect_uri(),
            'state'                 => $state,
            'nonce'                 => $nonce,
            'code_challenge'        => self::base64url(hash('sha256', $verifier, true)),
            'code_challenge_method' => 'S256',
        ] + (array) $this->options['auth_parameters']);
    }

    /**
     * Exchange the code that the browser has brought.
     *
     * @return array|false As Roundcube's own: `username`, `authorization`, `token`
     */
    public function request_access_token($auth_code, $state = null)
    {
        try {
            [$nonce, $verifier] = $this->take_begun((string) $state);

            if (rcube_utils::get_input_string('iss', rcube_utils::INPUT_GET) !== $this->setting('issuer')) {
                throw new RuntimeException('the answer is of another issuer');
            }

            $data   = $this->ask_for_tokens([
                'grant_type'    => 'authorization_code',
                'code'          => $auth_code,
                'redirect_uri'  => $this->get_redirect_uri(),
                'code_verifier' => $verifier,
            ]);
            $claims = $this->read_id_token($data['id_token'] ?? '', $nonce);
        }
        catch (Exception $e) {
            $this->no_redirect = true;
            return $this->give_up('sign-in', $e);
        }

        $username         = $this->username($claims);
        $authorization    = self::authorization($data);
        $data['identity'] = $username;
        $this->mask_auth_data($data);

        $this->rcmail->plugins->exec_hook('oauth_login', ['username' => $username, 'identity' => $claims] + $data);

        // needed once more, to sign out
        $data['id_token'] = $this->rcmail->encrypt($data['id_token']);

        return ['username' => $username, 'authorization' => $authorization, 'token' => $data];
    }

    /**
     * Renew the access token, which lives for minutes; Roundcube's session ends with the provider's.
     *
     * @return array|false As Roundcube's own: `token`, `authorization`
     */
    public function refresh_access_token(array $token)
    {
        try {
            $data = $this->ask_for_tokens([
                'grant_type'    => 'refresh_token',
                'refresh_token' => $this->rcmail->decrypt($token['refresh_token']),
            ]);
        }
        catch (BadResponseException $e) {
            if ($e->getCode() < 500) {
                $this->rcmail->kill_session();
            }
            return $this->give_up('renewal', $e);
        }
        catch (Exception $e) {
            return $this->give_up('renewal', $e);
        }

        $authorization = self::authorization($data);
        $this->mask_auth_data($data);
        unset($data['id_token']);

        $_SESSION['password']    = $this->rcmail->encrypt($authorization);
        $_SESSION['oauth_token'] = array_merge($token, $data);
        $this->rcmail->plugins->exec_hook('oauth_refresh_token', $data);

        return ['token' => $data, 'authorization' => $authorization];
    }

    /**
     * A token that IMAP refuses is renewed once. Where the provider refuses that too, somebody has
     * signed out elsewhere or was suspended, and has to sign in again.
     */
    public function storage_connect($options)
    {
        $token = $_SESSION['oauth_token'] ?? null;

        if (!isset($token['refresh_token']) || $options['attempt'] > 2) {
            return $options;
        }

        $options['retry'] = true;

        if ($options['attempt'] == 2) {
            if ($renewed = $this->refresh_access_token($token)) {
                $options['pass'] = $renewed['authorization'];
            }
            else {
                $options['retry'] = false;
                $this->leave_if_ended();
            }
        }

        return $options;
    }

    /**
     * Every use of the token passes here; where the provider ended the session, so does the page.
     */
    protected function check_token_validity($token)
    {
        $is_renewed = parent::check_token_validity($token);
        $this->leave_if_ended();

        return $is_renewed;
    }

    /**
     * What has to be known of a request before Roundcube acts on it.
     */
    public function startup($args)
    {
        // whoever was refused is told, and not sent to be refused again
        if (isset($_GET['error'])) {
            $this->no_redirect = true;
        }

        if ($args['task'] === 'logout' && isset($_SESSION['oauth_token']['id_token'])) {
            $this->id_token_hint = $this->rcmail->decrypt($_SESSION['oauth_token']['id_token']);
        }

        return $args;
    }

    /**
     * Who leaves the webmail leaves everything; the browser comes back afterwards.
     */
    public function logout_after($options)
    {
        parent::logout_after($options);

        if ($this->id_token_hint) {
            $this->send_to($this->setting('logout_uri'), [
                'client_id'                => $this->options['client_id'],
                'id_token_hint'            => $this->id_token_hint,
                'post_logout_redirect_uri' => $this->setting('address') . '/',
            ]);
        }

        return $options;
    }

    /**
     * Nonce and verifier of a sign-in that began in this browser; each is good once.
     */
    private function take_begun($state)
    {
        $begun = $_SESSION[self::BEGUN][$state] ?? null;
        unset($_SESSION[self::BEGUN][$state]);

        if (!$begun) {
            throw new RuntimeException('no such sign-in has begun here');
        }

        return $begun;
    }

    private function ask_for_tokens(array $form)
    {
        $client   = new Client(['timeout' => 10.0, 'verify' => $this->options['verify_peer']]);
        $response = $client->post($this->options['token_uri'], [
            'allow_redirects' => false,
            // RFC 6749 section 2.3.1 wants both encoded first
            'auth'            => [urlencode($this->options['client_id']), urlencode($this->options['client_secret'])],
            'form_params'     => $form,
        ]);

        $data = json_decode($response->getBody(), true);

        if (empty($data['access_token']) || empty($data['expires_in']) || strcasecmp($data['token_type'] ?? '', 'Bearer')) {
            throw new RuntimeException('the answer holds no bearer token');
        }

        return $data;
    }

    /**
     * It comes from the token endpoint itself, so that its signature needs no check
     * (OpenID Connect Core section 3.1.3.7, number 6).
     */
    private function read_id_token($id_token, $nonce)
    {
        $claims = $id_token ? $this->jwt_decode($id_token) : [];

        if (($claims['iss'] ?? null) !== $this->setting('issuer')) {
            throw new RuntimeException('the ID token is of another issuer');
        }
        if (!hash_equals($nonce, $claims['nonce'] ?? '')) {
            throw new RuntimeException('the ID token is of another sign-in');
        }
        if (($claims['exp'] ?? 0) + self::CLOCK_SKEW_SECONDS < time()) {
            throw new RuntimeException('the ID token has expired');
        }

        return $claims;
    }

    private function username(array $claims)
    {
        foreach ((array) $this->options['identity_fields'] as $field) {
            if (!empty($claims[$field])) {
                return $claims[$field];
            }
        }

        return null;
    }

    /**
     * Without a session the next page is the provider's; programs in the page are told to load it.
     */
    private function leave_if_ended()
    {
        if (empty($_SESSION['user_id'])) {
            $start = $this->setting('address') . '/';

            if ($this->rcmail->output->ajax_call) {
                $this->rcmail->output->command('redirect', $start);
                $this->rcmail->output->send();
            }

            $this->rcmail->output->redirect($start);
        }
    }

    /**
     * What failed goes to the log; tokens and codes do not.
     */
    private function give_up($what, Exception $reason)
    {
        $said             = $reason instanceof BadResponseException ? $reason->getResponse()->getStatusCode() : $reason->getMessage();
        $this->last_error = "OAuth {$what} failed: {$said}";
        rcube::raise_error(['message' => $this->last_error, 'file' => __FILE__, 'line' => __LINE__], true, false);

        return false;
    }

    private function send_to($address, array $query)
    {
        $this->rcmail->output->redirect($address . '?' . http_build_query($query));  // exits
    }

    private function setting($name)
    {
        return $this->rcmail->config->get('congvu_oauth_' . $name);
    }

    private static function authorization(array $data)
    {
        return 'Bearer ' . $data['access_token'];
    }

    private static function random()
    {
        return self::base64url(random_bytes(32));
    }

    private static function base64url($bytes)
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
