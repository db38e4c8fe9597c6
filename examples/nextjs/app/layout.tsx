import type { ReactNode } from 'react'

export const metadata = { title: 'A poll in Next.js', icons: 'data:,' } // and no favicon

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>{children}</main>
      </body>
    </html>
  )
}
