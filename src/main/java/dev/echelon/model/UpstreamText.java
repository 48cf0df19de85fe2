package dev.echelon.model;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a provider's explanation fit for a caller's eyes: short, without control characters, and with everything masked
 * that may tell where the provider is or what we know: URLs, host names, addresses, paths, e-mail and keys. It would
 * rather mask a harmless word than miss one. Plain scanning, no regular expressions: the text is hostile.
 */
final class UpstreamText {

    /** Characters of a cleaned text, the ellipsis included. */
    static final int LONGEST = 500;

    private static final String MASK = "***";

    /** Read before cutting, so that a mask cannot be cut open. */
    private static final int READ = 4 * LONGEST;

    /** Beside letters and digits, what holds a URL, a host name or a key together. */
    private static final String JOINTS = "-_.:/\\@+=%~&?#*";

    private static final String TRAILERS = ".:?";
    private static final int SECRET_LENGTH = 20;

    private static final List<String> KEY_PREFIXES = List.of(
            "sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "xai-", "gsk_", "aiza", "ghp_", "hf_", "eyj", "akia", "asia",
            "org-", "proj_", "nvapi-", "pplx-", "ya29.");
    private static final Set<String> BEFORE_SECRETS = Set.of(
            "bearer",
            "basic",
            "authorization",
            "api_key",
            "api-key",
            "x-api-key",
            "apikey",
            "access_token",
            "password",
            "secret");

    /** Words that make {@code messages.0.content} a path into the request and not a host name. */
    private static final Set<String> FIELDS = Set.of(
            "messages",
            "content",
            "text",
            "role",
            "name",
            "system",
            "tools",
            "function",
            "functions",
            "parameters",
            "arguments",
            "properties",
            "items",
            "required",
            "type",
            "source",
            "data",
            "url",
            "id",
            "input",
            "model",
            "stop",
            "stream",
            "temperature",
            "thinking",
            "custom",
            "schema",
            "n",
            "user",
            "seed",
            "logprobs");

    private UpstreamText() {}

    /** The text that may be shown, empty when nothing of it may. */
    static String clean(String text) {
        String plain = withoutControls(text);
        boolean cut = plain.length() > READ || text.length() > 2 * READ;
        int end = Math.min(plain.length(), READ);
        StringBuilder out = new StringBuilder(Math.min(end, LONGEST + MASK.length()));
        boolean secretFollows = false;
        int i = 0;
        while (i < end && out.length() <= LONGEST) {
            char c = plain.charAt(i);
            if (!isWord(c)) {
                out.append(c);
                i++;
                continue;
            }
            int from = i;
            while (i < end && isWord(plain.charAt(i))) {
                i++;
            }
            if (cut && i == end) {
                break;
            }
            secretFollows = word(plain.substring(from, i), secretFollows, out);
        }
        return shortened(out, cut && i >= end).strip();
    }

    /** The name of a request field as it came, {@code null} where it is anything else. */
    @Nullable
    static String field(@Nullable String param) {
        if (param == null || param.length() > 100) {
            return null;
        }
        for (int i = 0; i < param.length(); i++) {
            char c = param.charAt(i);
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && "_.[]".indexOf(c) < 0) {
                return null;
            }
        }
        String dotted = param.replace('[', '.').replace("]", "");
        return isFieldPath(dotted.split("\\.", -1)) ? param : null;
    }

    /** Appends a word or its mask; says whether the next word is a secret because of this one. */
    private static boolean word(String word, boolean secret, StringBuilder out) {
        int end = word.length();
        while (end > 0 && TRAILERS.indexOf(word.charAt(end - 1)) >= 0) {
            end--;
        }
        int start = 0;
        while (start < end && word.charAt(start) == '.') {
            start++;
        }
        String core = word.substring(start, end);
        if (core.isEmpty()) {
            out.append(word);
            return secret;
        }
        String lower = core.toLowerCase(Locale.ROOT);
        boolean announces = BEFORE_SECRETS.contains(lower.endsWith("=") ? lower.substring(0, end - 1) : lower);
        if (announces || !(secret || hides(lower))) {
            out.append(word);
        } else {
            out.append(word, 0, start).append(MASK).append(word, end, word.length());
        }
        return announces;
    }

    private static boolean hides(String word) {
        if (word.contains("://") || word.startsWith("www.") || word.indexOf('@') >= 0 || word.contains(":\\")) {
            return true;
        }
        int slash = word.indexOf('/');
        if (slash == 0 || (slash > 0 && word.indexOf('/', slash + 1) > 0)) {
            return true;
        }
        return assignsSecret(word) || isAddress(word) || hasKey(word) || hasPlace(word);
    }

    /** {@code api_key=...}, in one word. */
    private static boolean assignsSecret(String word) {
        int name = 0;
        while (name < word.length() && "=:".indexOf(word.charAt(name)) < 0) {
            name++;
        }
        return name < word.length() && BEFORE_SECRETS.contains(word.substring(0, name));
    }

    /** Hexadecimal groups with two colons or more: an IPv6 address, or a time of day. */
    private static boolean isAddress(String word) {
        int colons = 0;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == ':') {
                colons++;
            } else if (Character.digit(c, 16) < 0 && c != '.' && c != '%') {
                return false;
            }
        }
        return colons >= 2;
    }

    /** A known prefix that no letter stands before, or a long part of digits and letters without a break. */
    private static boolean hasKey(String word) {
        int start = 0;
        boolean digit = false;
        boolean letter = false;
        for (int i = 0; i <= word.length(); i++) {
            boolean begins = i == 0 || !Character.isLetter(word.charAt(i - 1));
            if (begins && startsWithPrefix(word, i)) {
                return true;
            }
            boolean inside = i < word.length() && Character.isLetterOrDigit(word.charAt(i));
            if (inside) {
                digit |= Character.isDigit(word.charAt(i));
                letter |= Character.isLetter(word.charAt(i));
                continue;
            }
            if (i - start >= SECRET_LENGTH && digit && letter) {
                return true;
            }
            start = i + 1;
            digit = false;
            letter = false;
        }
        return false;
    }

    private static boolean startsWithPrefix(String word, int at) {
        for (String prefix : KEY_PREFIXES) {
            if (word.startsWith(prefix, at)) {
                return true;
            }
        }
        return false;
    }

    /** A host name or address in any part, or a name with a port. */
    private static boolean hasPlace(String word) {
        int start = 0;
        for (int i = 0; i <= word.length(); i++) {
            boolean inside = i < word.length() && "-_.".indexOf(word.charAt(i)) >= 0;
            if (inside || (i < word.length() && Character.isLetterOrDigit(word.charAt(i)))) {
                continue;
            }
            if (isHost(word.substring(start, i)) || (i > start && isPort(word, i))) {
                return true;
            }
            start = i + 1;
        }
        return false;
    }

    private static boolean isHost(String part) {
        if (part.equals("localhost")) {
            return true;
        }
        String[] labels = part.split("\\.", -1);
        if (labels.length < 2 || isFieldPath(labels)) {
            return false;
        }
        if (labels.length == 4 && isAllDigits(part.replace(".", ""))) {
            return true;
        }
        String last = labels[labels.length - 1];
        if (last.startsWith("xn--")) {
            return true;
        }
        for (int i = 0; i < last.length(); i++) {
            if (!Character.isLetter(last.charAt(i))) {
                return false;
            }
        }
        return last.length() >= 2;
    }

    private static boolean isPort(String word, int colon) {
        if (colon >= word.length() || word.charAt(colon) != ':') {
            return false;
        }
        int end = colon + 1;
        while (end < word.length() && Character.isDigit(word.charAt(end))) {
            end++;
        }
        int digits = end - colon - 1;
        return digits >= 2 && digits <= 5 && (end == word.length() || word.charAt(end) == '/');
    }

    private static boolean isFieldPath(String[] labels) {
        if (!isField(labels[0]) || isAllDigits(labels[0])) {
            return false;
        }
        for (String label : labels) {
            if (!isField(label)) {
                return false;
            }
        }
        return true;
    }

    /** No host name has an underscore. */
    private static boolean isField(String label) {
        return FIELDS.contains(label) || label.indexOf('_') > 0 || isAllDigits(label);
    }

    private static boolean isAllDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || JOINTS.indexOf(c) >= 0;
    }

    /** White space becomes a space; what cannot be seen goes, or it could split a word that is to be masked. */
    private static String withoutControls(String text) {
        int end = Math.min(text.length(), 2 * READ);
        StringBuilder out = new StringBuilder(end);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                out.append(' ');
            } else if (!Character.isISOControl(c) && Character.getType(c) != Character.FORMAT) {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static String shortened(StringBuilder text, boolean cut) {
        if (text.length() <= LONGEST && !cut) {
            return text.toString();
        }
        int end = Math.min(text.length(), LONGEST - 1);
        if (end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "…";
    }
}
