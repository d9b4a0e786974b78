<?php

/**
 * Roundcube for Công Vụ. Everything that differs between installations comes from the environment;
 * docs/how-to/run-webmail.md lists it. Roundcube reads this file after its own defaults.inc.php.
 */

$given = static function (string $name, ?string $default = null): string {
    $value = getenv("CONGVU_{$name}");
    if ($value === false || $value === '') {
        if ($default === null) {
            throw new RuntimeException("CONGVU_{$name} must be set; it has no default");
        }
        return $default;
    }
    return $value;
};

$provider = rtrim($given('WEB__PUBLIC_URL'), '/');
$address  = rtrim($given('WEBMAIL_URL'), '/');
$home     = $given('WEBMAIL_HOME');

$config = [];

// --- sign-in: at the provider only, with the plugin congvu_oauth --------------------------------
$config['oauth_provider']        = 'generic';
$config['oauth_provider_name']   = 'Công Vụ';
$config['oauth_client_id']       = $given('WEBMAIL_CLIENT_ID', 'webmail');
$config['oauth_client_secret']   = $given('WEBMAIL_CLIENT_SECRET');
$config['oauth_auth_uri']        = "{$provider}/oauth2/authorize";
$config['oauth_token_uri']       = $given('WEBMAIL_TOKEN_URL', "{$provider}/oauth2/token");
$config['oauth_scope']           = 'openid profile email';
// tokens are for the mail server alone; whose they are stands in the ID token
$config['oauth_auth_parameters'] = ['resource' => $given('WEBMAIL_RESOURCE', $address)];
$config['oauth_identity_fields'] = ['email'];
$config['oauth_login_redirect']  = true;
$config['congvu_oauth_issuer']     = $provider;
$config['congvu_oauth_address']    = $address;
$config['congvu_oauth_logout_uri'] = "{$provider}/oauth2/logout";

// --- the mail servers, always encrypted ---------------------------------------------------------
$encryption = ['ssl' => array_filter([
    'verify_peer'      => true,
    'verify_peer_name' => true,
    // the name in their certificate, whatever they are called in here
    'peer_name'        => $given('MAIL_SERVER__HOST_NAME'),
    'cafile'           => $given('WEBMAIL_AUTHORITY', ''),
])];

$config['imap_host']                = 'tls://' . $given('WEBMAIL_IMAP', 'dovecot:143');
$config['imap_conn_options']        = $encryption;
$config['smtp_host']                = 'tls://' . $given('WEBMAIL_SMTP', 'postfix:587');
$config['smtp_conn_options']        = $encryption;
$config['managesieve_host']         = 'tls://' . $given('WEBMAIL_SIEVE', 'dovecot:4190');
$config['managesieve_conn_options'] = $encryption;
$config['managesieve_vacation']     = 1;
$config['managesieve_default']      = '';
$config['max_message_size']         = '40M';

// --- what is kept -------------------------------------------------------------------------------
$config['db_dsnw']  = "sqlite:///{$home}/webmail.db?mode=0600";
$config['des_key']  = $given('WEBMAIL_KEY');
$config['temp_dir'] = sys_get_temp_dir();
$config['session_lifetime'] = 60;
$config['session_samesite'] = 'Lax';
$config['use_https']        = str_starts_with($address, 'https://');

// Logs go where PHP's go. Nobody's correspondents stand in them.
$config['log_driver'] = 'stdout';
$config['smtp_log']   = false;

// --- what people see ----------------------------------------------------------------------------
$config['plugins']           = ['congvu_oauth', 'managesieve', 'acl', 'archive', 'markasjunk'];
$config['product_name']      = $given('WEBMAIL_NAME', 'Thư công vụ');
$config['language']          = 'vi_VN';
$config['timezone']          = 'Asia/Ho_Chi_Minh';
$config['skin']              = 'elastic';
$config['enable_installer']  = false;
$config['enable_spellcheck'] = false;
