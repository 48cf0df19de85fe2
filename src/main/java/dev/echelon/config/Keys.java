package dev.echelon.config;

import java.util.regex.Pattern;

/** Key paths, and what names may look like. */
final class Keys {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_-]+");

    private Keys() {}

    /** {@code pool.health_check}; a key that TOML would quote is quoted, a long one cut. */
    static String join(String path, String key) {
        String shown = BARE.matcher(key).matches() ? Shown.plain(key) : Shown.text(key);
        return path.isEmpty() ? shown : path + "." + shown;
    }

    /** Names of pools, groups, echelons, wrappers and providers: no dot, colon or slash, which join names. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
