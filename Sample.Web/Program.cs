// The page calls Classifier; the runtime starts with this.
return;
