package dev.echelon.faults;

/** The two ways to ask. */
enum Form {
    PLAIN,
    STREAMED;

    String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
