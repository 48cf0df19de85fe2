package dev.echelon.config;

import org.jspecify.annotations.Nullable;

/** {@code group} or {@code group.echelon}, as pools and fallbacks write it. */
record EchelonRef(String group, @Nullable String echelon) {

    static EchelonRef parse(String text) {
        int dot = text.indexOf('.');
        return dot < 0 ? new EchelonRef(text, null) : new EchelonRef(text.substring(0, dot), text.substring(dot + 1));
    }

    /** Whether the echelon of the group is meant, by its name or with all of the group. */
    boolean covers(String group, String echelon) {
        return this.group.equals(group) && (this.echelon == null || this.echelon.equals(echelon));
    }

    @Override
    public String toString() {
        return echelon == null ? group : group + "." + echelon;
    }
}
