<?php

/**
 * Says what is missing in the environment before anything starts.
 */

ini_set('display_errors', '0');

try {
    require __DIR__ . '/config.inc.php';
    if (strlen($config['des_key']) !== 24) {
        throw new RuntimeException('CONGVU_WEBMAIL_KEY must have 24 characters: openssl rand -hex 12');
    }
}
catch (RuntimeException $e) {
    fwrite(STDERR, $e->getMessage() . "\n");
    exit(1);
}
