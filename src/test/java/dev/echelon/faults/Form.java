package dev.echelon.faults;

import java.util.Locale;

/** The two ways to ask. */
enum Form {
    PLAIN,
    STREAMED;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
