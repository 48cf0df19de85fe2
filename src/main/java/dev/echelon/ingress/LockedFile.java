package dev.echelon.ingress;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Files that one process at a time may write, and one part of it; the lock goes with the channel, or with the process. */
public final class LockedFile {

    private LockedFile() {}

    /**
     * Opens a file for writing, or makes it.
     *
     * @return {@code null} when somebody else has it
     */
    public static @Nullable FileChannel open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean ours = false;
        try {
            ours = file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // another part of this process has it
        } finally {
            if (!ours) {
                file.close();
            }
        }
        return ours ? file : null;
    }
}
