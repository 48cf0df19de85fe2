package dev.echelon.domain;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A set that is nearly always empty, and costs next to nothing then. Not thread-safe. */
public final class RareSet<T> {

    @Nullable
    private Set<T> elements;

    /** @return whether it was not in it */
    public boolean add(T element) {
        if (elements == null) {
            elements = new HashSet<>();
        }
        return elements.add(element);
    }

    public void addAll(RareSet<T> other) {
        if (other.elements != null) {
            other.elements.forEach(this::add);
        }
    }

    public void remove(T element) {
        if (elements != null) {
            elements.remove(element);
        }
    }

    public void clear() {
        elements = null;
    }

    public boolean contains(T element) {
        return elements != null && elements.contains(element);
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    public int size() {
        return elements == null ? 0 : elements.size();
    }
}
