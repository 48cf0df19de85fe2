package dev.echelon.domain.json;

import org.jspecify.annotations.Nullable;

/**
 * Where in a request we are, such as {@code messages[0].content}. Holds our own field names only, so that it may be shown
 * to anyone; the text is made when something is wrong and not before.
 *
 * @param name of the field, {@code null} for an element
 */
record Path(@Nullable Path parent, @Nullable String name, int index) {

    static final Path ROOT = new Path(null, null, 0);

    Path field(String field) {
        return new Path(this, field, 0);
    }

    Path at(int element) {
        return new Path(this, null, element);
    }

    @Override
    public String toString() {
        return append(new StringBuilder()).toString();
    }

    private StringBuilder append(StringBuilder text) {
        if (parent == null) {
            return text;
        }
        parent.append(text);
        if (name == null) {
            return text.append('[').append(index).append(']');
        }
        return text.append(text.isEmpty() ? "" : ".").append(name);
    }
}
