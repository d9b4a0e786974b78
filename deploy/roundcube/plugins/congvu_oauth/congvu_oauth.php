<?php

require_once __DIR__ . '/congvu_oauth_client.php';

/**
 * Signs people in to Roundcube 1.6 with Công Vụ, and only so.
 *
 * Roundcube's own OAuth has had PKCE since 1.7; every Roundcube that Debian packages is older, and
 * Công Vụ lets nobody in without. docs/how-to/run-webmail.md tells of its settings.
 *
 * @license MIT
 */
class congvu_oauth extends rcube_plugin
{
    /**
     * Before Roundcube asks for its OAuth client for the first time.
     */
    public function onload()
    {
        congvu_oauth_client::take_over();
    }

    public function init()
    {
        $this->add_hook('authenticate', [$this, 'refuse_password']);
    }

    /**
     * Nobody types the password of their account into the webmail.
     */
    public function refuse_password($given)
    {
        return ['valid' => false] + $given;
    }
}
