package dev.echelon.ingress.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A file that was dropped, as it was when it was first read.
 *
 * @param digest of its content, 16 hexadecimal digits
 */
record InboxFile(
        Path path,
        String digest,
        long size,
        FileTime modified,
        @Nullable Object key) {

    private static final int DIGEST_BYTES = 8;
    private static final int BUFFER = 1 << 16;

    static InboxFile read(Path path) throws IOException {
        BasicFileAttributes before = Files.readAttributes(path, BasicFileAttributes.class);
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(path), digest)) {
            byte[] buffer = new byte[BUFFER];
            while (in.read(buffer) >= 0) {
                // the digest takes it
            }
        }
        return new InboxFile(
                path,
                HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES),
                before.size(),
                before.lastModifiedTime(),
                before.fileKey());
    }

    String name() {
        return path.getFileName().toString();
    }

    /** Whether the path still holds the same file with the same content. */
    boolean isUnchanged() throws IOException {
        if (!Files.exists(path)) {
            return false;
        }
        BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
        return now.size() == size
                && now.lastModifiedTime().equals(modified)
                && (key == null || key.equals(now.fileKey()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
