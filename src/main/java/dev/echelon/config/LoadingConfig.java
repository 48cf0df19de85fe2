package dev.echelon.config;

import java.time.Duration;

/**
 * The registry's {@code [global]}.
 *
 * @param strict {@code config_validation = "strict"}: unknown keys, wrong types and the like are errors
 * @param hotReload {@code enable_hot_reload}
 * @param reloadInterval {@code reload_interval}, how often files are looked at where watching fails
 * @param cacheEnabled {@code cache_enabled}: parsed files are kept by content hash
 * @param useDefaultsOnFailure {@code use_defaults_on_failure}, in lenient mode and at first start only
 */
public record LoadingConfig(
        boolean strict,
        boolean hotReload,
        Duration reloadInterval,
        boolean cacheEnabled,
        boolean useDefaultsOnFailure) {}
