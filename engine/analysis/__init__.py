"""What is heard in audio: spectrogram, chords, keys, instruments and beats."""
